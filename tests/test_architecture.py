"""The rules of the tree that no checker knows: who may import whom, that each module says what it is, and the words
that must not stand in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / "src" / "rucy"

# A package (or a module beside them) and the packages of rucy that it may import, besides itself.
STAGES = (
    "source", "isa", "kernel", "elf", "btf", "lang", "frontends", "ir", "lower", "passes", "codegen", "object",
)  # fmt: skip
ARROWS: dict[str, tuple[str, ...]] = {
    "records":      (),  # this one, how records are made, all may import
    "kept":         (),
    "source":       (),
    "isa":          (),
    "kernel":       (),
    "elf":          (),
    "btf":          ("kept",),
    "lang":         ("source", "kernel", "btf"),
    "frontends":    ("source", "lang"),
    "ir":           ("source", "kernel", "btf"),
    "lower":        ("lang", "ir", "kernel"),
    "passes":       ("ir",),
    "codegen":      ("ir", "passes.analysis", "isa", "kernel"),
    "object":       ("isa", "btf", "elf", "kernel"),
    "link":         STAGES,  # this and the next: parts of the pipeline that have a file of their own
    "dump":         STAGES,
    "pipeline":     (*STAGES, "link", "dump"),
    "loader":       ("source", "isa", "btf", "elf", "kernel", "object.probes"),  # never the compiler
    "bundle":       ("elf", "object"),
    "api":          ("pipeline", "loader", "btf", "source"),
    "cli":          ("pipeline", "loader", "bundle", "source", "kept"),
    "__init__":     ("api",),
    "__main__":     ("cli",),
}  # fmt: skip

# Spelt in two parts, so that this file does not hold them. What a machine happens to be set up with is no part of
# the product: its paths, the registries that it reaches, and how the work on it is organised.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/wo" r"rk/|/tmp/br" r"ief|/home/\w+/",
    "a registry host": r"deb\.deb" r"ian\.org|security\.deb" r"ian\.org|pypi\.o" r"rg|pythonho" r"sted",
    "an issue by number": r"\bissue" r" #?\d",
}


def modules(package: Path) -> Iterator[tuple[Path, list[str]]]:
    """(file, dotted name within rucy as a list); generated modules too."""
    for path in sorted(package.rglob("*.py")):
        parts = list(path.relative_to(package).with_suffix("").parts)
        yield path, parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def imports(path: Path, parts: list[str]) -> Iterator[tuple[int, str]]:
    """(line, dotted name within rucy) of everything that a module imports from rucy, at any depth of its code."""
    folder = parts if path.name == "__init__.py" and parts != ["__init__"] else parts[:-1]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ["rucy", *folder][: len(folder) + 2 - node.level] if node.level else []
            whole = ".".join([*base, *(node.module.split(".") if node.module else ())])
            # `from rucy import ir` and `from rucy.passes import analysis` name modules
            names = [f"{whole}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith("rucy."):
                yield node.lineno, name.removeprefix("rucy.")


def wrong_arrows(package: Path) -> list[str]:
    """ "file:line: A may not import B", for each import that the table does not allow."""
    found: list[str] = []
    for path, parts in modules(package):
        home = parts[0]
        place = path.relative_to(package)
        if home not in ARROWS:
            found.append(f"{place}: `{home}` is not in the table of packages")
            continue
        for line, name in imports(path, parts):
            target = name.split(".")[0]
            names_package = target in ARROWS and target not in ("__init__", "records")
            if names_package and target != home and not any((name + ".").startswith(f"{a}.") for a in ARROWS[home]):
                found.append(f"{place}:{line}: {home} may not import {name}")
    return found


def undocumented(package: Path) -> list[str]:
    return [
        str(path.relative_to(package))
        for path, _ in modules(package)
        if not ast.get_docstring(ast.parse(path.read_bytes()))
    ]


def forbidden_words(root: Path, files: list[str]) -> list[str]:
    """ "file:line: what it is: the words" for text files; what is not UTF-8 holds no words of ours."""
    found: list[str] = []
    for name in files:
        try:
            text = (root / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for what, pattern in FORBIDDEN.items():
            for match in re.finditer(pattern, text):
                found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match[0]}")
    return found


def test_imports_follow_the_table() -> None:
    assert wrong_arrows(PACKAGE) == []


def test_every_module_says_what_it_is() -> None:
    assert undocumented(PACKAGE) == []


def test_words_that_do_not_belong_here() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert forbidden_words(CHECKOUT, listed.stdout.splitlines()) == []


def test_planted_faults_are_found(tmp_path: Path) -> None:
    """Each of these modules breaks one rule, or none where it says so."""
    planted = {
        "isa/table.py": '"""."""\nfrom rucy.kernel import helpers',
        "ir/relative.py": '"""."""\nfrom ..lower import build',
        "passes/late.py": '"""."""\ndef f():\n    import rucy.codegen.emit',
        "codegen/select.py": '"""."""\nfrom rucy import passes',
        "codegen/spill.py": '"""."""\nfrom rucy.passes import fold_constants',
        "codegen/good.py": '"""."""\nfrom rucy.passes.analysis import liveness\nfrom rucy.passes import analysis',
        "loader/bad.py": '"""."""\nfrom rucy import pipeline',
        "stray/module.py": '"""."""\n',
        "cli/main.py": '"""."""\nfrom rucy.source import Span\nfrom rucy.pipeline import emit\nimport rucy.loader',
        "lang/types.py": "x = 1",
        "__init__.py": '"""."""\n__version__ = ""',
    }
    for name, text in planted.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert wrong_arrows(tmp_path) == [
        "codegen/select.py:2: codegen may not import passes",
        "codegen/spill.py:2: codegen may not import passes.fold_constants",
        "ir/relative.py:2: ir may not import lower.build",
        "isa/table.py:2: isa may not import kernel.helpers",
        "loader/bad.py:2: loader may not import pipeline",
        "passes/late.py:3: passes may not import codegen.emit",
        "stray/module.py: `stray` is not in the table of packages",
    ]
    assert undocumented(tmp_path) == ["lang/types.py"]


def test_planted_words_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\nopen('/wo" "rk/x')  # see issue" " 4\n")
    (tmp_path / "b.bin").write_bytes(b"\xff/wo" b"rk/")
    (tmp_path / "c.md").write_text("net/wo" "rk/x and framework/ are words\n")
    assert forbidden_words(tmp_path, ["a.py", "b.bin", "c.md", "gone"]) == [
        "a.py:2: a path of one machine: /wo" "rk/",
        "a.py:2: an issue by number: issue" " 4",
    ]
