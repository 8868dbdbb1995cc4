"""What the documents say is so: their Ruby compiles or fails as they say, their commands parse, their tables are current.

A ```ruby block of README.md or docs/*.md is a whole file if it declares its licence; one with a hook gets the licence in
front of it; any other is what a probe does. `# error: [code]` at the end of a line: it has that error. No other has one.
Tables between `<!-- NAME -->` and `<!-- /NAME -->` are rewritten by `make bless`.
"""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from rucy import dump
from rucy.cli.main import COMMANDS
from rucy.cli.options import Option, parse
from rucy.kernel import hooks
from rucy.pipeline import check

CHECKOUT = Path(__file__).parents[2]
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
TABLES = {"hooks": dump.hooks_table, "methods": dump.methods_table, "words": dump.words_table}

_BLOCK = re.compile(r"^```ruby\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"# error: \[([a-z-]+)\]")
_COMMAND = re.compile(r"^(?:    )?(?:\$ )?(?:sudo )?rucy ([a-z]+ .*?)(?:\s+# .*)?$", re.MULTILINE)


class Snippet(NamedTuple):
    page: str
    line: int
    text: str


def snippets() -> list[Snippet]:
    found = []
    for page in PAGES:
        text = page.read_text()
        found += [Snippet(page.name, text.count("\n", 0, m.start(1)) + 1, m[1]) for m in _BLOCK.finditer(text)]
    return found


def whole_file(text: str) -> str:
    """The block as a file of its own; its lines keep their order but not their numbers."""
    if re.search(r"^license!? ", text, re.MULTILINE):
        return text
    if re.search(rf"^({'|'.join(hooks.BY_WORD)})\b", text, re.MULTILINE):
        return f'license "GPL"\n{text}'
    return f'license "GPL"\nsyscall "getpid" do\n{text}end\n'


@pytest.mark.parametrize("snippet", snippets(), ids=lambda s: f"{s.page}:{s.line}")
def test_ruby_does_what_the_page_says(snippet: Snippet, tmp_path: Path) -> None:
    source = whole_file(snippet.text)
    path = tmp_path / "snippet.rb"
    path.write_text(source)
    diagnostics, _ = check(str(path))
    said = sorted({(d.span.line, d.code) for d in diagnostics if d.severity == "error"})
    marks = [(number, code) for number, line in enumerate(source.splitlines(), 1) for code in _MARK.findall(line)]
    assert said == sorted(marks), "\n".join(d.render() for d in diagnostics)


def commands() -> list[tuple[str, str]]:
    return [(page.name, m[1]) for page in PAGES for m in _COMMAND.finditer(page.read_text())]


@pytest.mark.parametrize(("page", "command"), commands())
def test_commands_parse(page: str, command: str) -> None:
    name, *words = shlex.split(command)
    assert name in COMMANDS, f"{page} names a command that is not there"
    module = import_module(f"rucy.cli.{name}")
    options = module.OPTIONS + (options_of(page, words) if hasattr(module, "run_program") else ())
    parse([word for word in words if word not in ("[PATTERN]", "--help")], options, module.ARGUMENTS, name)


def options_of(page: str, words: list[str]) -> tuple[Option, ...]:
    """What the programs of a page declare, and a file of ours that the command names."""
    files = [CHECKOUT / word for word in words if word.endswith(".rb") and (CHECKOUT / word).is_file()]
    text = "".join(each.read_text() for each in (next(each for each in PAGES if each.name == page), *files))
    found = re.findall(r"= option :(\w+), +:(\w+)", text)
    return tuple(Option("--" + name.replace("_", "-"), "" if type_ == "bool" else "X", "") for name, type_ in found)


def test_pages_have_snippets_and_commands() -> None:
    assert len(snippets()) >= 19 and len(commands()) > 15


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_current(name: str, pytestconfig: pytest.Config) -> None:
    page = CHECKOUT / "docs" / "manual.md"
    text = page.read_text()
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    head, _, rest = text.partition(begin)
    old, _, tail = rest.partition(end)
    new = TABLES[name]()
    if pytestconfig.getoption("--bless"):
        page.write_text(head + begin + new + end + tail)
        return
    assert old == new, f"docs/manual.md: the table `{name}` is not what the rows say: `make bless`"
