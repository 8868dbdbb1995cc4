"""Programs that every verifier refuses: what it must be called, and at which line. For the host and the kernel lab."""

from __future__ import annotations

from typing import NamedTuple

from rucy.loader.errors import VerifierRefusal


class Refused(NamedTuple):
    """text: of the program `bad`, one line of it marked `; here`; method: of the function that it calls, if any."""

    name: str
    words: str
    text: str
    method: str = ""
    license: str = "GPL"

    def build(self) -> bytes:
        from tests.load.programs import refused

        return refused(self.text, self.license, methods=(("method", self.method),) if self.method else ())

    def check(self, error: VerifierRefusal) -> None:
        file, body = ("method.s", self.method) if "; here" in self.method else ("bad.s", self.text)
        line = next(number for number, text in enumerate(body.splitlines(), 1) if "; here" in text)
        assert self.words in error.reason, error.log
        assert (error.file, error.line) == (file, line), error.log
        assert error.source.strip() == body.splitlines()[line - 1].strip()
        assert error.program == "bad"


CASES = (
    Refused("number", "a number is used as an address", """
        w1 = *(u32 *)(r1 + 0x10)
        r0 = *(u64 *)(r1 + 0x0) ; here
        exit
    """),
    Refused("packet", "packet may be shorter", """
        w1 = *(u32 *)(r1 + 0x0)
        w2 = 0x0
        w0 = *(u8 *)(r1 + 0x3) ; here
        exit
    """),
    Refused("context", "context", """
        w0 = *(u32 *)(r1 + 0x80) ; here
        exit
    """),
    Refused("unset", "not set on every path", """
        w6 = 0x1
        r0 = r7 ; here
        exit
    """),
    Refused("no_result", "without a result", """
        w6 = 0x1
        exit ; here
    """),
    Refused("stack", "outside the stack", """
        w0 = 0x0
        *(u64 *)(r10 - 0x208) = r0 ; here
        exit
    """),
    Refused("license", "GPL", """
        r1 = r10
        r1 += -0x8
        w2 = 0x8
        r3 = 0x0
        call 0x71 ; here
        w0 = 0x0
        exit
    """, license="MIT"),
    Refused("helper", "`get_socket_cookie`", """
        call 0x2e ; here
        exit
    """),
    Refused("loop", "loop ends", """
        w0 = 0x0
    again:
        if w0 == 0x0 goto again ; here
        exit
    """),
    Refused("in_a_method", "a number is used as an address", """
        call pc-0x1 ; @call method
        exit
    """, method="""
        w1 = *(u32 *)(r1 + 0x10)
        r0 = *(u64 *)(r1 + 0x0) ; here
        exit
    """),
)  # fmt: skip
