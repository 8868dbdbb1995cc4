"""Every diagnostic that the checker names exists, is given what its texts need, and no class is left over."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import rucy.lang.checker
from rucy.lang import errors
from rucy.source import Diagnostic

FOLDER = Path(rucy.lang.checker.__file__).parent
COMPUTED = {"FunctionWithoutTypes", "NoFunction", "UndefinedMethod", "UndefinedName"}  # named by a variable


def said() -> Iterator[tuple[str, str, set[str]]]:
    """(place, class, values) of each `say`."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    values = {keyword.arg for keyword in node.keywords if keyword.arg}
                    yield f"{path.name}:{node.lineno}", first.value, values


def needed(cls: type[Diagnostic]) -> set[str]:
    fields = [field for text in (cls.title, cls.help) for _, field, _, _ in string.Formatter().parse(text) if field]
    return {field.split("[")[0].split(".")[0] for field in fields} - {"words"}


def test_each_is_given_what_its_texts_need() -> None:
    for place, name, values in said():
        missing = needed(errors.find(name)) - values
        assert not missing, f"{place}: {name} lacks {missing}"


def test_none_is_left_over() -> None:
    classes = {
        name
        for module in errors.modules()
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Diagnostic) and value is not Diagnostic
    }
    assert classes == {name for _, name, _ in said()} | COMPUTED
