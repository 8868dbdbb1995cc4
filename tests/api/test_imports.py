"""What importing costs, and that an object file is loaded without the compiler."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import rucy
from tests.api.files import MARK, written

COMPILER = ("rucy.pipeline", "rucy.frontends", "rucy.lang", "rucy.lower", "rucy.ir", "rucy.passes", "rucy.codegen", "rucy.link",
            "tree_sitter")  # fmt: skip


def modules_after(code: str) -> set[str]:
    """What is imported behind the code that was not before."""
    whole = f"import sys; before = set(sys.modules)\n{code}\nprint('\\n'.join(set(sys.modules) - before))"
    return set(subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=True).stdout.split())


def test_importing_rucy_imports_nothing_else() -> None:
    assert modules_after("import rucy; rucy.__version__") <= {"rucy"}


def test_what_is_offered_is_there() -> None:
    from rucy import api

    assert {name for name in vars(api) if not name.startswith("_") and not hasattr(vars(api)[name], "__path__")
            and type(vars(api)[name]).__name__ != "module"} == set(rucy.__all__)  # fmt: skip
    for name in rucy.__all__:
        assert getattr(rucy, name) is getattr(api, name)
        assert getattr(rucy, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'loads'"):
        rucy.loads  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.root
def test_an_object_file_is_loaded_without_the_compiler(tmp_path: Path) -> None:
    written(tmp_path, f'xdp(name: :{MARK}one) {{ puts "one"; :drop }}\n')
    subprocess.run([sys.executable, "-m", "rucy", "object", tmp_path / "tool.rb"], check=True)
    code = f"import rucy\nwith rucy.load({str(tmp_path / 'tool.o')!r}) as tool:\n"
    code += "    assert tool.test_run(data=bytes(64)).retval == 1\n    assert tool.output.get(1) == 'one'"
    assert not [name for name in modules_after(code) if name.startswith((*COMPILER, "asyncio"))]
