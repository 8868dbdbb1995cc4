"""Every ready hook has a Ruby program, every section of libbpf one in the first Rucy's dialect: they compile to valid IR,
and the running kernel takes what it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.kernel.hooks import Hook
from tests.hooks import generated
from tests.hooks.loading import load
from tests.hooks.programs import FOLDER, all_sources, compile_for, probes, ready, section_names, section_source, sources


def _id(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def test_every_ready_hook_has_a_program() -> None:
    assert {row.word for row in ready()} <= {path.stem for path in sources()}


@pytest.mark.parametrize("path", all_sources(), ids=_id)
def test_ir_is_valid(path: Path) -> None:
    from rucy.ir.verify import assert_valid_module
    from rucy.lang.target import Target
    from rucy.pipeline import _lazy_btf, check_types, lower_module, optimise, parse
    from rucy.source import Diagnostics

    diagnostics = Diagnostics()
    module = lower_module(check_types(parse(str(path), diagnostics), _lazy_btf(None), Target(), diagnostics))
    assert_valid_module(module)
    optimise(module)
    assert_valid_module(module)


@pytest.mark.root
@pytest.mark.parametrize("path", all_sources(), ids=_id)
def test_loads(path: Path) -> None:
    load(compile_for(path))


@pytest.mark.root
@pytest.mark.parametrize(("name", "text"), generated.sources().items(), ids=lambda value: value if " " not in value else "")
def test_generated_loads(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.rb").write_text(text)
    load(compile_for(tmp_path / f"{name}.rb"))


@pytest.mark.parametrize("section", section_names())
def test_section_compiles(section: str, tmp_path: Path) -> None:
    (tmp_path / "tool.rb").write_text(section_source(section))
    assert compile_for(tmp_path / "tool.rb")[:4] == b"\x7fELF"


@pytest.mark.root
@pytest.mark.parametrize("hook", ready(), ids=lambda row: row.word)
def test_section_of_a_ready_hook_loads(hook: Hook, tmp_path: Path) -> None:
    """The section that the hook's own program is in, written by hand."""
    (tmp_path / "tool.rb").write_text(section_source(probes(FOLDER / f"{hook.word}.rb")[0]["section"]))
    load(compile_for(tmp_path / "tool.rb"))
