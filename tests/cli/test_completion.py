"""`rucy completion`: the shells' own completion is asked, in a folder with known files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from rucy.cli.completion import SHELLS, commands
from rucy.cli.main import COMMANDS
from rucy.pipeline import STAGES, hook_lines, pass_names


def _complete_bash(folder: Path, *words: str) -> list[str]:
    """What bash offers for the last word; the words as bash parts them, at `=` as well."""
    script = SHELLS["bash"](commands())
    quoted = " ".join(f"'{word}'" for word in ("rucy", *words))
    ask = f'COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _rucy 2>/dev/null; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "--norc", "-c", f"{script}\n{ask}"], cwd=folder, capture_output=True, text=True, check=True)
    return sorted(done.stdout.split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "programs").mkdir()
    for name in ("tool.rb", "tool.o", "notes.txt"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    "words, offered",
    [
        (("",), sorted([*COMMANDS, "--help", "--version"])),
        (("di",), ["disasm"]),
        (("run", ""), ["programs", "tool.o", "tool.rb"]),
        (("check", "to"), ["tool.rb"]),
        (("disasm", ""), ["programs", "tool.o"]),
        (("dump", "--em"), ["--emit"]),
        (("dump", "--emit", ""), sorted(STAGES)),
        (("dump", "--emit", "=", "ty"), ["types"]),
        (("dump", "--emit", "="), sorted(STAGES)),
        (("dump", "--after", ""), sorted(pass_names())),
        (("dump", "--after", "fold"), ["fold_constants"]),
        (("run", "tool.rb", "--color", "a"), ["always", "auto"]),
        (("run", "--cgroup", ""), ["programs"]),
        (("run", "--interface", "l"), ["lo"]),
        (("object", "--btf", ""), ["notes.txt", "programs", "tool.o", "tool.rb"]),
        (("object", "-o", "n"), ["notes.txt"]),
        (("run", "--duration", ""), []),
        (("hooks", "sk_l"), ["sk_lookup"]),
        (("hooks", ""), sorted(word for word, _ in hook_lines())),
        (("completion", "z"), ["zsh"]),
    ],
    ids=" ".join,
)
def test_bash(folder: Path, words: tuple[str, ...], offered: list[str]) -> None:
    assert _complete_bash(folder, *words) == offered


def test_every_option_of_every_command(folder: Path) -> None:
    for command in commands():
        names = {name for option, _ in command.options for name in (option.name, option.short) if name}
        assert names <= set(_complete_bash(folder, command.name, "-"))


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here")
@pytest.mark.parametrize(
    "line, offered",
    [
        ("rucy di", {"disasm"}),
        ("rucy dump --emit ty", {"types"}),
        ("rucy dump --after fold", {"fold_constants"}),
        ("rucy run --mod", {"--mode"}),
        ("rucy check to", {"tool.rb"}),
        ("rucy hooks sk_l", {"sk_lookup"}),
    ],
)
def test_fish(folder: Path, line: str, offered: set[str]) -> None:
    (folder / "rucy.fish").write_text(SHELLS["fish"](commands()))
    ask = f"source rucy.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", ask], cwd=folder, capture_output=True, text=True, check=True)
    found = {row.split("\t")[0] for row in done.stdout.splitlines()}
    assert offered <= found and all("notes" not in word for word in found)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh here")
@pytest.mark.parametrize(
    "line, completed",
    [
        ("rucy di", "rucy disasm"),
        ("rucy dump --emit ty", "rucy dump --emit types"),
        ("rucy check to", "rucy check tool.rb"),
        ("rucy hooks sk_l", "rucy hooks sk_lookup"),
    ],
)
def test_zsh(folder: Path, line: str, completed: str) -> None:
    """A line is typed, and Tab pressed, in a terminal of zsh's own; it waits until the completed line is there."""
    (folder / "_rucy").write_text(SHELLS["zsh"](commands()))
    (folder / "tool.o").unlink()
    subprocess.run(["zsh", "-f", "-c", _ZSH, "zsh", str(folder), line, completed], timeout=60, check=True)


_ZSH = r"""
zmodload zsh/zpty
zpty shell "TERM=dumb zsh -f -i"
zpty -w shell "PS1=; cd $1; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; print READ''Y"
zpty -r shell seen '*READY*'
zpty -n -w shell "$2"$'\t'
zpty -r shell seen "*$3*"
zpty -d shell
"""


def test_an_unknown_shell_is_a_usage_error() -> None:
    from rucy.cli.main import USAGE, main

    assert main(["completion", "tcsh"]) == USAGE
