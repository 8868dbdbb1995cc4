"""A verifier refusal as a Ruby line: the verifier's log and the object come in, a VerifierRefusal comes out.

The log ends with what was wrong, after the instruction at which it was found. Which Ruby line that is, the object's
.BTF.ext says. Newer verifiers (Linux 7.3) go on with a report of many lines under "Verification failed:", which repeats
both: it is left out here, but for its "Reason:" where no row of `refusals` knows the short words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rucy.loader.errors import VerifierRefusal
from rucy.loader.refusals import ROWS, Refusal
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.btf.ext import LineInfo

_INSN = re.compile(r"^(\d+): (?:\([0-9a-f]{2}\)|<invalid)")
_COMMENT = re.compile(r"^; (?P<text>.*?)(?: @ (?P<file>[^@]*?):(?P<line>\d+))?$")  # with the place from Linux 6.8 on
_CLOSING = re.compile(r"^(?:processed \d+ insns|verification time|stack depth)")
_STATE = re.compile(
    r"^ ?(?:\d+: R|R\d+(?:_\w+)?=|from \d+ to \d+|fp-\d+|func#\d+ @|last_idx|regs=|parent |mark_precise|(?:cur|old) state:)"
)
_AT_INSN = re.compile(r"(?:insn|at insn|alloc_insn=|from insn) ?(\d+)")
_TAIL = 12
_NEAR = 8  # lines of complaint that can stand at the end of a log


class Place(NamedTuple):
    """A line of source; text: the line itself."""

    file: str
    line: int
    text: str


NOWHERE = Place("", 0, "")


def refusal(program: str, log: str, data: bytes) -> VerifierRefusal:
    """The refusal of `program`, a program of the object `data`, with the verifier's `log`."""
    lines, report = _split(log)
    row, words = explain(lines, report)
    return VerifierRefusal(
        program,
        log,
        words,
        row.help if row else "",
        row.status if row else 1,
        _line_table(data, program).at(0) if row and row.whole else find_place(lines, program, data),
        tuple(lines[-_TAIL:]),
    )


def explain(lines: list[str], report: list[str]) -> tuple[Refusal | None, str]:
    """The first row that a line after the last instruction matches, and its reason; else the verifier's own words."""
    last = max((index for index, line in enumerate(lines) if _INSN.match(line)), default=-1)
    complaints = [line for line in lines[last + 1 :][-_NEAR:] if not line.startswith(";")]
    for row in ROWS:
        for line in complaints:
            if found := re.search(row.pattern, line):
                groups = [found[0], *(group or "" for group in found.groups())]
                return row, row.reason.format(*groups)
    spoken = " ".join(line.strip() for line in report) or next(reversed(complaints), "it gave no reason")
    return None, re.sub(r"\bR\d+\b", "a register", spoken)


def _split(log: str) -> tuple[list[str], list[str]]:
    """The log's lines without blank ones, register states, closing figures and report; and the report's reason."""
    lines = [line.rstrip() for line in log.splitlines() if line.strip()]
    report: list[str] = []
    if (begin := _index(lines, "Verification failed:")) is not None:
        report, lines = lines[begin:], lines[:begin]
    first, last = _index(report, "Reason:"), _index(report, "At:")
    reason = report[first + 1 : last] if first is not None and last is not None else []
    return [line for line in lines if not _CLOSING.match(line) and not _STATE.match(line)], reason


def _index(lines: list[str], start: str) -> int | None:
    return next((index for index, line in enumerate(lines) if line.startswith(start)), None)


def find_place(lines: list[str], program: str, data: bytes) -> Place:
    """The source line of the instruction that the log is about, NOWHERE if the object has none for it."""
    index, comment = _last_instruction(lines)
    table = _line_table(data, program)
    if index is not None and index < table.size:
        return table.at(index)
    if comment is None:
        return NOWHERE
    line = int(comment["line"]) if comment["line"] else None
    return table.with_text(comment["text"].strip(), line)


def _last_instruction(lines: list[str]) -> tuple[int | None, re.Match[str] | None]:
    """Index of the instruction that the log is about, and the source comment before it."""
    comment: re.Match[str] | None = None
    index: int | None = None
    for line in lines:
        if found := _COMMENT.match(line):
            comment = found
        elif found := _INSN.match(line):
            index = int(found[1])
    for line in lines[-_NEAR:]:
        if not _INSN.match(line) and not line.startswith(";") and (named := _AT_INSN.search(line)):
            return int(named[1]), comment if int(named[1]) == index else None
    return index, comment


class LineTable(NamedTuple):
    """One program's own lines. starts: (instruction index, place) ascending; size: its instructions, in 8-byte slots;
    others: the lines of the methods in .text, whose indices in the loaded program are libbpf's secret."""

    starts: tuple[tuple[int, Place], ...]
    size: int
    others: tuple[Place, ...]

    def at(self, index: int) -> Place:
        found = NOWHERE
        for start, place in self.starts:
            if start > index:
                break
            found = place
        return found

    def with_text(self, text: str, line: int | None) -> Place:
        """The one line that reads `text` and has that number, if one is known; NOWHERE if none or several do."""
        known = {*(place for _, place in self.starts), *self.others}
        places = {place for place in known if place.text.strip() == text and line in (None, place.line)}
        return places.pop() if len(places) == 1 else NOWHERE


def _line_table(data: bytes, program: str) -> LineTable:
    """The lines of `program` in the object `data`; an empty table if the object has none or is damaged."""
    from rucy.btf.ext import read_ext
    from rucy.btf.types import BtfError
    from rucy.elf import ElfError, read
    from rucy.elf.model import STT_FUNC

    try:
        elf = read(data)
        sections = {section.name: section.data for section in elf.sections}
        ext = read_ext(sections[".BTF"], sections[".BTF.ext"])
        symbol = next(each for each in elf.symbols if each.name == program and each.type == STT_FUNC)
        records = ext.section(elf.sections[symbol.section].name)
        text = ext.section(".text")
    except (BtfError, ElfError, KeyError, StopIteration):
        return LineTable((), 0, ())
    lines = records.lines if records else ()
    own = [line for line in lines if symbol.value <= line.insn_off < symbol.value + symbol.size]
    return LineTable(
        tuple(((line.insn_off - symbol.value) // 8, _place(line)) for line in own),
        symbol.size // 8,
        tuple(_place(line) for line in text.lines) if text else (),
    )


def _place(line: LineInfo) -> Place:
    return Place(line.file, line.line, line.text)
