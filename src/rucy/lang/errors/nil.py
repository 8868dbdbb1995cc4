"""nil that has not been tested for."""

from __future__ import annotations

from rucy.source import Diagnostic


class MaybeNil(Diagnostic):
    code = "maybe-nil"
    title = "`{text}` may be {words[nil]} here"
    help = "test it first: `{test}`, or give a value instead: `{default}`"

    @property
    def help_text(self) -> str:
        instead = self.values["default"]
        return shown(self.values["test"], f", or give a value instead: `{instead}`" if instead else "")


class MaybeNull(Diagnostic):
    code = "maybe-null"
    title = "`{text}` may be NULL here, and the kernel takes no NULL"
    help = "test it first: `{test}`"

    @property
    def help_text(self) -> str:
        return shown(self.values["test"], "")


def shown(test: str, more: str) -> str:
    """The test to write; on lines of its own if it is more than one statement."""
    if "\n" not in test:
        return f"test it first: `{test}`{more}"
    return "\n".join(["test it first:", *(f"  {line}" for line in test.split("\n"))])


class IsNil(Diagnostic):
    code = "is-nil"
    title = "`{text}` is always {words[nil]} here"
    help = "assign a value to it before"

    @property
    def message(self) -> str:
        if self.values["text"] == self.values["words"].get("nil"):
            return f"`{self.values['text']}` stands where a value is needed"
        return super().message

    @property
    def help_text(self) -> str:
        if self.values["text"] == self.values["words"].get("nil"):
            return "write the value that is meant, e.g. 0"
        return super().help_text


class MaybeUnassigned(Diagnostic):
    code = "maybe-unassigned"
    title = "`{name}` is {what} where it is assigned, but a path comes here that does not assign it"
    help = "assign it on every path"
