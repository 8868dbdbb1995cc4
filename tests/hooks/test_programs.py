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


@pytest.mark.parametrize("word", ["tp_btf", "raw_tracepoint", "fentry", "kprobe"])
def test_ir_of_walks_is_valid(word: str, tmp_path: Path) -> None:
    (tmp_path / "walks.rb").write_text(generated.sources()[f"walks_{word}"])
    test_ir_is_valid(tmp_path / "walks.rb")


def test_a_null_test_only_where_the_verifier_may_want_one(tmp_path: Path) -> None:
    """Pointers of fentry are read without: the kernel gives 0 for NULL. Those of tp_btf are tested, and a variable that
    may be nil by the program's own doing."""
    from rucy.pipeline import emit

    def branches(head: str, body: str) -> int:
        (tmp_path / "tool.rb").write_text(f'license "GPL"\n{head} do |a, b, c|\n  {body}\nend\n')
        return emit(str(tmp_path / "tool.rb"), "opt").count("branch")

    walk = 'printk "%d", {}.mm.exe_file.f_flags'
    assert branches('fentry "try_to_wake_up"', walk.format("a")) == 0
    assert branches('tp_btf "sched_switch"', walk.format("b")) == 3
    assert branches('fentry "try_to_wake_up"', 'm = nil; m = a.mm if pid > 3; printk "%d", m.map_count') == 2


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


@pytest.mark.root
def test_an_optional_program_whose_target_the_kernel_lacks_is_not_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As an object finds it that was compiled for another kernel."""
    from rucy.cli.loading import open_tool
    from rucy.loader.files import ObjectFile

    (tmp_path / "tool.rb").write_text(
        'license "GPL"\ntp_btf("sched_switch", name: :one, optional: true) { nil }\nsyscall("getpgid", name: :two) { nil }\n'
    )
    data = compile_for(tmp_path / "tool.rb")
    first, second = probes(tmp_path / "tool.rb")
    with open_tool(ObjectFile("tool.rb", data, [first | {"target": "no_such_tracepoint"}, second], False)) as loaded:
        loaded.load()
        assert {info.name: info.fd >= 0 for info in loaded.programs} == {"one": False, "two": True}
    assert capsys.readouterr().err.startswith("rucy: `one` is left out: this kernel has no `no_such_tracepoint`")
