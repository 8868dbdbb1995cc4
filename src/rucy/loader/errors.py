"""What can go wrong, in the user's words."""


class Error(Exception):
    """A foreseeable failure: one line, a help line ("" where there is none), and the exit status that fits it.

    status: 1 the user's mistake, 2 a wrong option, 77 the kernel (or its libbpf) lacks or forbids what is asked, 70 our own bug.
    """

    def __init__(self, message: str, help: str = "", status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.status = status
        if help:
            self.add_note(f"help: {help}")


class LoadError(Error):
    """Loading or attaching failed, or what was loaded cannot do what is asked."""


class VerifierRefusal(LoadError):
    """The kernel's verifier refused a program.

    program: its name in the object; log: the whole verifier log; reason: why, in words; file, line, source: the Ruby
    line, or "", 0, "" where the object has no line for it; tail: the log's last lines, as the kernel wrote them.
    """

    def __init__(
        self,
        program: str,
        log: str,
        reason: str,
        help: str = "",
        status: int = 1,
        place: tuple[str, int, str] = ("", 0, ""),
        tail: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"the kernel refused `{program}`: {reason}", help, status)
        self.program = program
        self.log = log
        self.reason = reason
        self.file, self.line, self.source = place
        self.tail = tail
