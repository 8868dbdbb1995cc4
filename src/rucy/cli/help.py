"""`rucy COMMAND --help`, from the command's own rows."""

from __future__ import annotations

from types import ModuleType


def program_help(name: str, command: ModuleType, words: list[str]) -> str | None:
    """The options of the program among the words, if there is one; None where `-h` is one of these."""
    if not hasattr(command, "run_program") or not any(word.endswith((".rb", ".o")) for word in words):
        return ""
    from rucy.cli.options import COMPILE
    from rucy.cli.program_options import compiled, listing

    tool = compiled([word for word in words if word not in ("-h", "--help")], command.OPTIONS, COMPILE, name)
    if "--help" not in words and any(row["short"] == "h" for row in tool.notes.get("options", [])):
        return None
    return listing(tool)


def command_help(name: str, summary: str, command: ModuleType) -> str:
    lines = [f"rucy {name}: {summary}", "", f"Usage: rucy {name} {command.SYNOPSIS}", ""]
    if command.OPTIONS:
        lines.append("Options:")
        for option in command.OPTIONS:
            spelled = ", ".join(w for w in (option.short, option.name) if w)
            spelled += f" {option.metavar}" if option.metavar else ""
            lines.append(f"  {spelled:22} {option.help}")
        lines.append("")
    lines.append("Examples:")
    lines += [f"  {line}" for line in command.EXAMPLES]
    return "\n".join(lines) + "\n"
