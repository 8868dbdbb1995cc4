"""What independent readers make of our objects: llvm-objdump, bpftool, pyelftools; compared as text, and with `summarize`."""

from __future__ import annotations

import contextlib
import io
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given, settings
from hypothesis import strategies as st

from rucy.btf.describe import CArray, CFunc, CInt, CPtr, CStruct
from rucy.btf.ext import read_ext
from rucy.btf.reader import Btf
from rucy.btf.writer import BtfWriter
from rucy.elf import read
from rucy.isa import Insn
from rucy.object import DataVar, Extern, Function, MapDef, Module, build_object
from rucy.object.read import ObjectError, summarize
from rucy.object.text import format_object, read_insns
from tests.object import hand_built
from tests.object.hand_built import function


def small_kernel() -> Btf:
    """A kernel of two structs, so that these tests need no running one."""
    writer = BtfWriter()
    writer.add(
        CStruct("task_struct", 16, (("pid", hand_built.INT, 0), ("tgid", hand_built.INT, 32), ("rest", hand_built.U64, 64)))
    )
    slot = CPtr(CFunc(hand_built.INT, hand_built.CTX))
    name = CArray(hand_built.CHAR, 16)
    fields = [(member, slot, 64 * i) for i, member in enumerate(("ssthresh", "unset", "undo_cwnd", "cong_avoid"))]
    writer.add(CStruct("tcp_congestion_ops", 48, (*fields, ("name", name, 256))))
    return Btf(writer.finish())


def samples() -> dict[str, Module]:
    kernel = small_kernel()
    return {
        "device": hand_built.device_filter(),
        "loop": hand_built.loop_callback(),
        "kfuncs": hand_built.kernel_functions(),
        "kvars": hand_built.kernel_variables(),
        "table": hand_built.congestion_control(kernel, "mycc"),
        "shared": hand_built.shared_subprogram(),
        "maps": hand_built.maps_and_globals(),
        "core": hand_built.current_tgid(kernel),
        "nested": hand_built.nested_maps(),
    }


def built(name: str) -> bytes:
    return build_object(samples()[name], small_kernel())


def run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


SHARED = """\
0000000000000000 <plus_one>:
       0:	w0 = w1
       1:	w0 += 0x1
       2:	exit
0000000000000018 <twice_plus_one>:
       3:	r1 += r1
       4:	call 0x3
       5:	r1 = r0
       6:	call -0x1
		0000000000000030:  R_BPF_64_32	plus_one
       7:	exit
0000000000000040 <again>:
       8:	r0 = r1
       9:	exit
0000000000000000 <first>:
       0:	r1 = 0x14
       1:	call 0x2
		0000000000000008:  R_BPF_64_32	.text
       2:	exit
0000000000000018 <second>:
       3:	r1 = 0x1e
       4:	call 0x2
		0000000000000020:  R_BPF_64_32	.text
       5:	r6 = r0
       6:	r1 = 0x1
       7:	call -0x1
		0000000000000038:  R_BPF_64_32	plus_one
       8:	r0 += r6
       9:	exit
"""

CORE = """\
0000000000000000 <current>:
       0:	call 0x9e
       1:	r6 = 0x0 ll
		0000000000000008:  R_BPF_64_64	seen
       3:	w1 = *(u32 *)(r0 + 0x4)
		0000000000000018:  CO-RE <byte_off> [14] struct task_struct::tgid (0:0)
       4:	*(u32 *)(r6 + 0x0) = w1
       5:	r2 = 0x0
       6:	r2 += 0x4
		0000000000000030:  CO-RE <byte_off> [14] struct task_struct::tgid (0:0)
       7:	*(u32 *)(r6 + 0x4) = w2
       8:	w2 = 0x4
		0000000000000040:  CO-RE <byte_sz> [14] struct task_struct::tgid (0:0)
       9:	*(u32 *)(r6 + 0x8) = w2
      10:	r2 = 0x1 ll
		0000000000000050:  CO-RE <field_exists> [14] struct task_struct::tgid (0:0)
      12:	*(u32 *)(r6 + 0xc) = w2
      13:	w2 = 0x10
		0000000000000068:  CO-RE <type_size> [14] struct task_struct
      14:	*(u32 *)(r6 + 0x10) = w2
      15:	r0 = 0x0
      16:	exit
"""

LOOP = """\
0000000000000000 <unused>:
       0:	r0 = 0x0
       1:	exit
0000000000000010 <add_index>:
       2:	r3 = *(u64 *)(r2 + 0x0)
       3:	r3 += r1
       4:	*(u64 *)(r2 + 0x0) = r3
       5:	r0 = 0x0
       6:	exit
0000000000000000 <loop>:
       0:	r2 = 0x0
       1:	*(u64 *)(r10 - 0x8) = r2
       2:	r1 = 0xa
       3:	r2 = 0x10 ll
		0000000000000018:  R_BPF_64_64	.text
       5:	r3 = r10
       6:	r3 += -0x8
       7:	r4 = 0x0
       8:	call 0xb5
       9:	r0 = *(u64 *)(r10 - 0x8)
      10:	exit
"""


@pytest.mark.parametrize(("name", "text"), [("shared", SHARED), ("core", CORE), ("loop", LOOP)])
def test_llvm_objdump_sees_functions_and_relocations(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.o"
    path.write_bytes(built(name))
    lines = run("llvm-objdump-19", "-d", "-r", "--mcpu=v4", "--no-show-raw-insn", path).splitlines()
    assert [line for line in lines[2:] if line and not line.startswith("Disassembly")] == text.splitlines()


MAPS_BTF = """\
VAR 'pairs' type_id=17, linkage=global
VAR 'slots' type_id=24, linkage=global
VAR 'records' type_id=30, linkage=global
DECL_TAG 'record:pair' type_id=31 component_idx=-1
DATASEC '.maps' size=88 vlen=3
	type_id=18 offset=0 size=40 (VAR 'pairs')
	type_id=25 offset=40 size=32 (VAR 'slots')
	type_id=31 offset=72 size=16 (VAR 'records')
VAR 'flag' type_id=11, linkage=global
VAR 'step' type_id=8, linkage=global
DATASEC '.data' size=8 vlen=2
	type_id=34 offset=0 size=1 (VAR 'flag')
	type_id=35 offset=4 size=4 (VAR 'step')
VAR 'limits' type_id=37, linkage=global
DATASEC '.rodata' size=8 vlen=1
	type_id=38 offset=0 size=8 (VAR 'limits')
VAR 'runs' type_id=10, linkage=global
DATASEC '.bss' size=8 vlen=1
	type_id=40 offset=0 size=8 (VAR 'runs')
VAR '_license' type_id=42, linkage=global
DATASEC 'license' size=4 vlen=1
	type_id=43 offset=0 size=4 (VAR '_license')
"""


def test_bpftool_sees_maps_and_variables(tmp_path: Path) -> None:
    path = tmp_path / "maps.o"
    path.write_bytes(built("maps"))
    dump = [line.split("] ", 1)[-1] for line in run("bpftool", "btf", "dump", "file", path).splitlines()]
    kept = [line for line in dump if line.startswith(("VAR", "DATASEC", "DECL_TAG")) or "(VAR" in line]
    assert "\n".join(kept) + "\n" == MAPS_BTF
    definition = dump.index("STRUCT '(anon)' size=40 vlen=5")
    assert [line.split("'")[1] for line in dump[definition + 1 : definition + 6]] == [
        "type",
        "key",
        "value",
        "max_entries",
        "map_flags",
    ]


@pytest.mark.parametrize("name", samples())
def test_bpftool_links_and_describes_every_sample(name: str, tmp_path: Path) -> None:
    path, linked = tmp_path / f"{name}.o", tmp_path / "linked.o"
    path.write_bytes(built(name))
    run("bpftool", "gen", "object", linked, path)
    skeleton = run("bpftool", "gen", "skeleton", path)
    for function_ in samples()[name].functions:
        if function_.kind == "program":
            assert f"struct bpf_program *{function_.name};" in skeleton


def test_pyelftools_sees_relocations_in_data() -> None:
    file = ELFFile(io.BytesIO(build_object(hand_built.function_table(), None)))
    table = file.get_section_by_name(".symtab")
    records = file.get_section_by_name(".rel.data").iter_relocations()
    names = [(r["r_offset"], r["r_info_type"], table.get_symbol(r["r_info_sym"])) for r in records]
    assert [(offset, kind, s.name or s["st_info"]["type"]) for offset, kind, s in names] == [
        (8, 2, "entry"),
        (16, 2, "STT_SECTION"),
    ]
    handler = table.get_symbol_by_name("handler")[0]
    assert file.get_section_by_name(".data").data() == bytes(16) + handler["st_value"].to_bytes(8, "little")

    file = ELFFile(io.BytesIO(built("nested")))
    table = file.get_section_by_name(".symtab")
    start = {name: table.get_symbol_by_name(name)[0]["st_value"] for name in ("outer", "targets")}
    records = file.get_section_by_name(".rel.maps").iter_relocations()
    seen = [(r["r_offset"], table.get_symbol(r["r_info_sym"]).name) for r in records]
    assert seen == [(start["outer"] + 32, "one"), (start["outer"] + 48, "two"), (start["targets"] + 32 + 8, "target")]


def test_symbols_have_kinds_and_sizes() -> None:
    symbols = {s.name: s for s in ELFFile(io.BytesIO(built("shared"))).get_section_by_name(".symtab").iter_symbols()}
    seen = {
        name: (s["st_info"]["type"], s["st_info"]["bind"], s["st_value"], s["st_size"]) for name, s in symbols.items() if name
    }
    assert seen == {
        "plus_one": ("STT_FUNC", "STB_GLOBAL", 0, 24),
        "twice_plus_one": ("STT_FUNC", "STB_LOCAL", 24, 40),
        "again": ("STT_FUNC", "STB_LOCAL", 64, 16),
        "first": ("STT_FUNC", "STB_GLOBAL", 0, 24),
        "second": ("STT_FUNC", "STB_GLOBAL", 24, 56),
        "_license": ("STT_OBJECT", "STB_GLOBAL", 0, 13),
    }


def test_lines_lead_back_to_the_source() -> None:
    elf = read(built("loop"))
    btf, ext = elf.find(".BTF"), elf.find(".BTF.ext")
    assert btf is not None
    assert ext is not None
    section = read_ext(btf.data, ext.data).section("tc")
    assert section is not None
    assert [info.insn_off for info in section.funcs] == [0]
    after_lddw = next(line for line in section.lines if line.insn_off == 8 * 5)
    assert (after_lddw.file, after_lddw.line, after_lddw.column) == ("loop.s", 6, 9)
    assert after_lddw.text == "        r3 = r10"


def test_a_struct_ops_table_names_only_what_it_sets() -> None:
    elf = read(built("table"))
    section = elf.find(".BTF")
    assert section is not None
    btf = Btf(section.data)
    table = btf.find("tcp_congestion_ops", ("struct",))
    assert table is not None
    assert [member.name for member in btf.type(table).members] == ["ssthresh", "undo_cwnd", "cong_avoid", "name"]
    assert btf.size(table) == 48


def test_argument_tags_are_declaration_tags() -> None:
    helper = function(
        "helper", "r0 = 0x0\nexit", "global", params=(("n", hand_built.INT), hand_built.CTX[0]), arg_tags=((1, "ctx"),)
    )
    entry = function("entry", "r0 = 0x0\nexit", section="tc")
    section = read(build_object(Module("GPL", (entry, helper)), None)).find(".BTF")
    assert section is not None
    btf = Btf(section.data)
    number = btf.find_func("helper")
    assert number is not None
    assert btf.decl_tags(number) == ((1, "arg:ctx"),)


def test_summary() -> None:
    summary = summarize(built("maps"))
    assert [(f.name, f.section, f.kind, f.slots) for f in summary.functions] == [("count", "tc", "program", 34)]
    assert summary.license == "GPL"
    assert [(m.name, m.type, m.key_size, m.value_size, m.max_entries, m.flags, m.record) for m in summary.maps] == [
        ("pairs", 1, 4, 16, 100, 1, ""),
        ("slots", 2, 4, 8, 4, 0, ""),
        ("records", 27, 0, 0, 4096, 0, "pair"),
    ]
    assert summary.data == ((".data", 8), (".rodata", 8), (".bss", 8))
    assert summary.notes == {"options": []}
    assert summarize(built("loop")).notes is None
    assert [f.kind for f in summarize(built("shared")).functions] == ["global", "static", "static", "program", "program"]
    assert summarize(built("kvars")).externs == (
        ("LINUX_KERNEL_VERSION", ".kconfig", False),
        ("no_such_kernel_variable", ".ksyms", True),
    )
    assert [m.pinning for m in summarize(built("nested")).maps] == [1, 0, 0, 0, 0]


TEXT_OF_KFUNCS = """\
license GPL
extern bpf_rcu_read_lock: .ksyms
extern bpf_rcu_read_unlock: .ksyms
extern no_such_kernel_function: .ksyms, weak

section tc

locked: ; program, 9 slots
; locked.s:2: call pc-0x1 ; @extern_func bpf_rcu_read_lock
       0:	call pc-0x1 ; @extern_func bpf_rcu_read_lock
; locked.s:3: call kfunc(0x0, 0x0) ; @extern_func bpf_rcu_read_unlock
       1:	call pc-0x1 ; @extern_func bpf_rcu_read_unlock
; locked.s:4: r1 = 0x0 ll ; @extern_var no_such_kernel_function
       2:	r1 = 0x0 ll ; @extern_var no_such_kernel_function
; locked.s:5: w0 = 0x7
       4:	w0 = 0x7
; locked.s:6: if r1 == 0x0 goto out
       5:	if r1 == 0x0 goto +0x2
; locked.s:7: call kfunc(0x0, 0x0) ; @extern_func no_such_kernel_function
       6:	call pc-0x1 ; @extern_func no_such_kernel_function
; locked.s:8: w0 = 0x8
       7:	w0 = 0x8
; locked.s:10: exit
       8:	exit
"""


def test_the_text_of_an_object() -> None:
    assert format_object(built("kfuncs")) == TEXT_OF_KFUNCS


@pytest.mark.parametrize("name", samples())
def test_symbols_come_back_from_relocations(name: str) -> None:
    """The references that went in, CO-RE apart, whose text is another."""
    data = built(name)
    elf = read(data)
    back = {f.name: [insn.ref for insn in read_insns(elf, f, {})] for f in summarize(data).functions}
    for given_ in samples()[name].functions:
        refs = [insn.ref if insn.ref is None or insn.ref.kind != "core" else None for insn in given_.insns]
        assert back[given_.name] == refs


def test_core_relocations_are_spelled() -> None:
    text = format_object(built("core"))
    assert "w1 = *(u32 *)(r0 + 0x4) ; @core byte_off struct task_struct.tgid\n" in text
    assert "w2 = 0x10 ; @core type_size struct task_struct\n" in text


def test_a_wide_map_extra_is_an_enumerator() -> None:
    arena = MapDef("arena", 33, None, None, 0, 0, 100, flags=1 << 10, map_extra=1 << 44)
    assert summarize(build_object(Module("GPL", (), (arena,)), None)).maps[0].map_extra == 1 << 44


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an ELF file"),
        (Path("/bin/true").read_bytes(), "for another machine"),
        (built("maps").replace(b"rucynote", b"rucynota"), "damaged"),
    ],
)
def test_no_summary_of_what_is_no_object(data: bytes, message: str) -> None:
    with pytest.raises(ObjectError, match=message):
        summarize(data)


GOOD = {name: built(name) for name in ("nested", "core", "shared")}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["nested", "core", "shared"]), st.data())
def test_damaged_objects_give_nothing_but_object_error(name: str, data: st.DataObject) -> None:
    damaged = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ObjectError):
        format_object(bytes(damaged))


PROGRAM = function("entry", "r0 = 0x0\nexit", section="tc")
VAR = DataVar("var", ".data", CInt("int", 32, True), bytes(4), 4)


def refers(text: str, *others: Function) -> Module:
    return Module("GPL", (function("user", text + "\nr0 = 0x0\nexit", section="tc"), PROGRAM, *others), data=(VAR,))


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (Module("GPL", (PROGRAM, PROGRAM)), "two symbols are named entry"),
        (Module("GPL", (PROGRAM._replace(name="ok?"),)), "not a C identifier"),
        (Module("GPL", (PROGRAM._replace(section=".text"),)), "program in .text"),
        (Module("GPL", (PROGRAM._replace(section=".data"),)), "program in .data"),
        (Module("GPL", (PROGRAM._replace(lines=()), PROGRAM._replace(name="other"))), "entry: no lines"),
        (Module("GPL", (PROGRAM,), data=(VAR._replace(section=".kconfig"),)), "variable in .kconfig"),
        (Module("GPL", (PROGRAM,), data=(VAR._replace(section=".bss", data=b"\1\0\0\0"),)), ".bss with a value"),
        (Module("GPL", (PROGRAM,), data=(VAR._replace(data=bytes(3)),)), "3 bytes do not hold its type"),
        (Module("GPL", (PROGRAM,), externs=(Extern("e", "var", VAR.ctype, ".data"),)), "extern in .data"),
        (Module("GPL", (PROGRAM._replace(proto=CFunc(hand_built.INT, (("", hand_built.INT),))),)), "argument without a name"),
        (Module("GPL", (PROGRAM,), (MapDef("m", 3, None, None, 4, 4, 1, values=((1, "entry"),)),)), "no slot 1"),
        (Module("GPL", (PROGRAM,), (MapDef("m", 3, None, None, 4, 4, 1, values=((0, "m"),)),)), "m in slot 0"),
        (refers("call pc-0x1 ; @call entry"), "whose address nobody may take"),
        (refers("r1 = 0x0 ll ; @map var"), "not a map"),
        (refers("r1 = 0x0 ll ; @global var+0x8"), "outside the variable"),
        (refers("call pc-0x1 ; @extern_func nothing"), "not declared"),
    ],
)
def test_a_module_that_is_wrong_is_our_own_bug(module: Module, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        build_object(module, None)


def test_co_re_cannot_patch_every_instruction() -> None:
    kernel = small_kernel()
    module = hand_built.current_tgid(kernel)
    entry = module.functions[0]
    ref = next(insn.ref for insn in entry.insns if insn.ref is not None and insn.ref.kind == "core")
    for insn in (Insn("exit", ref=ref), Insn("add64_reg", 1, 2, ref=ref), Insn("call", imm=1, ref=ref)):
        bad = entry._replace(insns=(insn, *entry.insns[1:]))
        with pytest.raises(AssertionError, match="CO-RE cannot patch"):
            build_object(module._replace(functions=(bad,)), kernel)
