"""The messages as a whole: how many there are, that each is shown by a golden, documented, and in the user's words."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import rucy
from rucy.source import Diagnostic

ROOT = Path(__file__).parents[2]
GOLDENS = (ROOT / "tests" / "golden", ROOT / "tests" / "runtime" / "golden")
_SAID = re.compile(r"^(\S+?):\d+:\d+: (error|warning): (.*) \[([a-z0-9-]+)\]$", re.MULTILINE)

#: Classes that no golden shows, and why.
NOT_SHOWN = {
    "Ambiguous": "needs a file of thousands of lines; tests/frontend has it",
    "BeginBlock": "Ruby itself refuses BEGIN below the top level, and says so first",
    "EventOfThisKernel": "needs an event that Linux does not have of its own; tests/hooks/test_event_formats.py has it",
    "EventUnknown": "needs the types of a kernel without an event of the table",
    "KernelFloat": "no struct of the kernel compiled against has a floating-point member",
    "MaybeUnassigned": "only a class without nil, such as an array, gets there",
    "NoKfunc": "needs the types of a kernel without a function of the table",
    "NoContext": "each program type of the hooks that compile has a context with names",
    "SafeOnObject": "only a class without nil, such as an array, gets there",
    "UnnamedStruct": "only a pointer to a struct without a name gets there",
}


def subclasses(cls: type[Diagnostic]) -> Iterator[type[Diagnostic]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


@pytest.fixture(scope="module")
def classes() -> list[type[Diagnostic]]:
    """Every message class of the compiler."""
    for module in pkgutil.walk_packages(rucy.__path__, "rucy."):
        if module.name != "rucy.__main__":
            importlib.import_module(module.name)
    return sorted((c for c in subclasses(Diagnostic) if c.__module__.startswith("rucy.")), key=lambda c: c.__name__)


def goldens() -> list[Path]:
    return [path for folder in GOLDENS for path in sorted(folder.glob("*/*.err"))]


def said() -> list[tuple[str, str, str]]:
    """(file, message, code) of each error and warning in the goldens."""
    text = "".join(path.read_text() for path in goldens())
    return [(match[1], match[3], match[4]) for match in _SAID.finditer(text)]


def test_enough_mistakes_under_enough_codes() -> None:
    shown = said()
    assert len({file for file, _, _ in shown}) >= 80
    assert len({code for _, _, code in shown}) >= 50


def test_ten_files_have_three_independent_errors_or_more() -> None:
    each = Counter(file for file, _, _ in said())
    assert sum(count >= 3 for file, count in each.items() if "/many_" in file) >= 10


def test_every_class_is_shown_by_a_golden(classes: list[type[Diagnostic]]) -> None:
    texts = said()
    missing = {cls.__name__ for cls in classes if not any(code == cls.code and _is(cls, text) for _, text, code in texts)}
    assert missing == set(NOT_SHOWN)


def _is(cls: type[Diagnostic], text: str) -> bool:
    title = re.escape(cls.title.replace("{{", "\0").replace("}}", "\1").replace("(s)", "\2"))
    pattern = re.sub(r"\\\{.*?\\\}", ".*", title).replace("\0", r"\{").replace("\1", r"\}").replace("\2", "s?")
    return re.match(pattern, text) is not None


def test_each_has_a_code_a_title_and_a_help(classes: list[type[Diagnostic]]) -> None:
    for cls in classes:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cls.code), cls
        assert cls.title and cls.help, cls
        assert cls.severity in ("error", "warning"), cls


def _shown() -> Iterator[tuple[str, str]]:
    """(file, what the compiler itself says): without the excerpts, and without what it quotes of the program."""
    for path in goldens():
        lines = [line for line in path.read_text().splitlines() if not re.match(r"\s+(\d+ )?\|", line)]
        for line in lines:
            yield path.name, re.sub(r"`[^`]*`|\"[^\"]*\"", "…", line)


#: What only an author of a compiler says.
_INNER = re.compile(
    r"\br(?:[0-9]|10)\b|\bw[0-9]\b|\bSSA\b|\bphi\b|%\d+\b|\bNone\b|\bTrue\b|\bFalse\b|\bNoneType\b|<class |object at 0x"
    r"|\(\(|\bbasic block\b|"
    r"\bldx|\bstx|\bIR\b|Exception|Traceback|AssertionError|\{\w*\}|\bb'|bug in rucy"
)


def test_no_message_speaks_of_the_inside() -> None:
    wrong = [(name, line) for name, line in _shown() if _INNER.search(line)]
    assert wrong == []


def test_every_message_says_something_and_shows_what_to_write() -> None:
    for path in goldens():
        text = path.read_text()
        found = _SAID.findall(text)
        assert text.count("\n  help: ") == len(found), path.name
        assert all(message.strip() for _, _, message, _ in found), path.name


def test_the_page_of_messages_is_current(classes: list[type[Diagnostic]]) -> None:
    spec = importlib.util.spec_from_file_location("errors_page", ROOT / "dev" / "errors_page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert {cls.__module__ for cls in classes} == {name for name, _ in module.PARTS}
    assert (ROOT / "docs" / "errors.md").read_text() == module.page(), "dev/errors_page.py > docs/errors.md"
