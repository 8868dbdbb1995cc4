"""The reader against bpftool on the running kernel's BTF, and against literals for what a kernel may not have."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from rucy.btf import types as t
from rucy.btf.access import Access, chain, compose, find_element, find_member, member_names
from rucy.btf.reader import Btf, open_btf, pointee
from rucy.btf.types import BtfError, Enumerator, Member, Param
from rucy.btf.writer import BtfWriter
from tests.btf.btftext import BPFTOOL, VMLINUX, bpftool_raw, raw

needs_bpftool = pytest.mark.skipif(BPFTOOL is None, reason="bpftool is not installed")


@needs_bpftool
def test_types_agree_with_bpftool(kernel: Btf) -> None:
    theirs = bpftool_raw(VMLINUX)
    assert len(theirs) == kernel.end_id - 1
    by_kind: dict[str, list[int]] = {}
    for number, text in theirs.items():
        by_kind.setdefault(text.split(" ", 2)[1], []).append(number)
    picked = random.Random(1)
    for numbers in by_kind.values():
        for number in picked.sample(numbers, min(len(numbers), 250)):
            assert raw(kernel, number) == theirs[number]


def test_find_agrees_with_a_walk_over_all_types(kernel: Btf) -> None:
    first: dict[tuple[str, str], int] = {}
    for number in range(1, kernel.end_id, 37):
        name, kind = kernel.name(number), kernel.kind(number)
        if name and kind not in ("decl_tag", "type_tag"):
            first.setdefault((name, kind), number)
    assert len(first) > 1000
    for (name, kind), number in first.items():
        assert number in kernel.find_all(name, (kind,))
        found = kernel.find(name, (kind,))
        assert found is not None and found <= number
    assert kernel.find("no such struct, ever") is None
    assert kernel.find("") is None
    assert kernel.find("tcp_connect") is None  # a function, which is not among the default kinds


def test_the_tcp_connect_chain(kernel: Btf) -> None:
    func = kernel.find_func("tcp_connect")
    assert func is not None
    proto = kernel.type(kernel.type(func).type_id)  # type: ignore[union-attr]
    assert isinstance(proto, t.FuncProto)
    assert [kernel.spell(p.type_id) for p in proto.params] == ["struct sock *"]
    sock = pointee(kernel, proto.params[0].type_id)
    assert sock is not None and kernel.name(sock) == "sock"
    common = find_member(kernel, sock, "__sk_common")
    assert common is not None
    port = find_member(kernel, common.type_id, "skc_dport")
    assert port is not None
    whole = compose(common, port)
    assert kernel.spell(whole.type_id) == "__be16"
    assert (whole.bit_offset, whole.bitfield_size, kernel.size(whole.type_id)) == (96, 0, 2)
    assert chain(whole.indices).startswith("0:0:")


def test_enumerators(kernel: Btf) -> None:
    found = kernel.enum_value("BPF_MAP_TYPE_RINGBUF")
    assert found is not None
    enum = kernel.type(found[0])
    assert isinstance(enum, t.Enum) and enum.name == "bpf_map_type"
    assert enum.values[found[1]] == Enumerator("BPF_MAP_TYPE_RINGBUF", 27) and found[2] == 27
    assert kernel.enum_value("NO_SUCH_ENUMERATOR") is None


def everything() -> tuple[BtfWriter, dict[str, int]]:
    """One of each: bitfields, anonymous members, unions, 64-bit enums, tags, functions, sections."""
    w = BtfWriter()
    ids = {"int": w.integer("int", 4, 32, t.INT_SIGNED), "u8": w.integer("unsigned char", 1, 8)}
    i = ids["int"]
    ids["u64"] = w.integer("unsigned long", 8, 64)
    ids["inner"] = w.struct("", 8, [Member("lo", i, 0, 0), Member("hi", i, 32, 0)])
    ids["anon"] = w.union("", 8, [Member("whole", ids["u64"], 0, 0), Member("", ids["inner"], 0, 0)])
    ids["arr"] = w.array(ids["u8"], 16)
    ids["flex"] = w.array(i, 0)
    fields = [Member("a", i, 0, 3), Member("b", i, 3, 30), Member("", ids["anon"], 64, 0)]
    fields += [Member("name", ids["arr"], 128, 0), Member("rest", ids["flex"], 256, 0)]
    ids["outer"] = w.struct("outer", 32, fields)
    ids["ptr"] = w.ptr(w.type_tag("rcu", w.const(ids["outer"])))
    ids["typedef"] = w.typedef("outer_p", w.volatile(w.restrict(ids["ptr"])))
    ids["fwd"] = w.fwd("hidden", True)
    ids["float"] = w.floating("double", 8)
    ids["enum"] = w.enum("sign", 4, True, [Enumerator("MINUS", -1), Enumerator("PLUS", 1)])
    ids["uenum"] = w.enum("", 4, False, [Enumerator("TOP", 0xFFFFFFFF)])
    ids["enum64"] = w.enum64("wide", 8, False, [Enumerator("HUGE", 1 << 63), Enumerator("ONE", 1)])
    ids["senum64"] = w.enum64("low", 8, True, [Enumerator("DEEP", -(1 << 63))])
    ids["proto"] = w.func_proto(i, [Param("p", ids["ptr"]), Param("", 0)])
    ids["func"] = w.func("work", ids["proto"], "global")
    ids["var"] = w.var("count", ids["u64"], "global")
    ids["sec"] = w.datasec(".data", 8, [(ids["var"], 0, 8)])
    ids["tag"] = w.decl_tag("arg:ctx", ids["func"], 0)
    ids["tag2"] = w.decl_tag("kfunc", ids["func"])
    ids["cb"] = w.ptr(ids["proto"])
    ids["row"] = w.ptr(w.array(ids["ptr"], 3))
    return w, ids


def test_a_definition_is_found_before_a_declaration() -> None:
    w = BtfWriter()
    w.fwd("sock")
    alias = w.typedef("sock", w.integer("int", 4, 32))
    first = w.struct("sock", 8, [])
    second = w.struct("sock", 16, [])
    btf = Btf(w.finish())
    assert btf.find("sock") == first and list(btf.find_all("sock", ("struct",))) == [first, second]
    assert btf.find("sock", ("typedef", "struct")) == alias


@needs_bpftool
def test_everything_agrees_with_bpftool(tmp_path: Path) -> None:
    data = everything()[0].finish()
    file = tmp_path / "all.btf"
    file.write_bytes(data)
    btf = Btf(data)
    assert {number: raw(btf, number) for number in range(1, btf.end_id)} == bpftool_raw(file)


def test_members_and_sizes() -> None:
    w, ids = everything()
    btf = Btf(w.finish())
    outer = ids["outer"]
    assert find_member(btf, outer, "b") == Access((1,), 3, 30, ids["int"])
    assert find_member(btf, ids["outer"], "hi") == Access((2, 1, 1), 96, 0, ids["int"])
    assert find_member(btf, outer, "whole") == Access((2, 0), 64, 0, ids["u64"])
    assert find_member(btf, outer, "none") is None
    assert find_member(btf, outer, "") is None
    assert find_member(btf, ids["int"], "a") is None
    assert member_names(btf, outer) == ["a", "b", "whole", "lo", "hi", "name", "rest"]
    name = find_member(btf, outer, "name")
    assert name is not None
    fifth = find_element(btf, name.type_id, 5)
    assert fifth == Access((5,), 40, 0, ids["u8"])
    assert compose(name, fifth) == Access((3, 5), 168, 0, ids["u8"])
    assert find_element(btf, outer, 0) is None
    assert [btf.size(ids[k]) for k in ("outer", "ptr", "typedef", "arr", "flex", "enum64", "var")] == [32, 8, 8, 16, 0, 8, 8]
    assert [btf.align(ids[k]) for k in ("outer", "ptr", "arr", "int", "enum64")] == [8, 8, 1, 4, 8]
    for without in ("fwd", "func", "proto"):
        with pytest.raises(BtfError, match="has no size"):
            btf.size(ids[without])


def test_names_tags_and_spelling() -> None:
    w, ids = everything()
    btf = Btf(w.finish())
    assert btf.strip(ids["typedef"]) == ids["ptr"]
    assert btf.type_tags(ids["typedef"]) == ("rcu",) and btf.type_tags(ids["int"]) == ()
    assert btf.decl_tags(ids["func"]) == ((0, "arg:ctx"), (-1, "kfunc"))
    assert btf.decl_tags(ids["var"]) == ()
    assert btf.find("hidden") == ids["fwd"] and btf.find("outer", ("union",)) is None
    assert btf.find_func("work") == ids["func"] and btf.find("count", ("var",)) == ids["var"]
    assert btf.enum_value("MINUS") == (ids["enum"], 0, -1)
    assert btf.enum_value("TOP") == (ids["uenum"], 0, 0xFFFFFFFF)
    assert btf.enum_value("HUGE") == (ids["enum64"], 0, 1 << 63)
    assert btf.enum_value("DEEP") == (ids["senum64"], 0, -(1 << 63))
    spelled = {
        "ptr": "const struct outer *",
        "typedef": "outer_p",
        "arr": "unsigned char [16]",
        "anon": "union {...}",
        "fwd": "union hidden",
        "enum64": "enum wide",
        "cb": "int (*)(const struct outer *, ...)",
        "row": "const struct outer *(*)[3]",
    }
    assert {key: btf.spell(ids[key]) for key in spelled} == spelled
    assert btf.spell(0) == "void"


def test_qualified_pointers_are_spelled_as_in_c() -> None:
    w = BtfWriter()
    char = w.integer("char", 1, 8, t.INT_SIGNED)
    fixed = w.const(w.ptr(char))
    both = w.ptr(w.const(w.ptr(w.const(char))))
    call = w.ptr(w.func_proto(0, []))
    btf = Btf(w.finish())
    assert btf.spell(fixed) == "char *const"
    assert btf.spell(both) == "const char *const *"
    assert btf.spell(call) == "void (*)(void)"


def test_packed_structs_are_aligned_by_one() -> None:
    w = BtfWriter()
    u32 = w.integer("u32", 4, 32)
    u8 = w.integer("u8", 1, 8)
    packed = w.struct("packed", 5, [Member("a", u8, 0, 0), Member("b", u32, 8, 0)])
    assert Btf(w.finish()).align(packed) == 1


def test_a_named_enum_is_preferred() -> None:
    w = BtfWriter()
    w.enum("", 4, False, [Enumerator("X", 5)])
    named = w.enum("e", 4, False, [Enumerator("W", 1), Enumerator("X", 7)])
    assert Btf(w.finish()).enum_value("X") == (named, 1, 7)


def split_from(base: Btf) -> bytes:
    """A module's BTF: its ids and string offsets go on where the base's end."""
    w = BtfWriter()
    for _ in range(base.end_id - 1):
        w.func("", 0)
    first = len(w.finish())
    sock = base.find("outer")
    assert sock is not None
    w.struct("mod_state", 8, [Member("owner", w.ptr(sock), 0, 0)])
    w.enum("mod_mode", 4, False, [Enumerator("MOD_ON", 3)])
    data = bytearray(w.finish())
    types_len, str_off, strings = (int.from_bytes(data[at : at + 4], "little") for at in (12, 16, 20))
    cut = first - 24 - 1
    tail = data[24 + cut : 24 + types_len]
    at = 0
    shift = base.string_space - 1
    for words, names in ((3, (0,)), (6, (0, 3)), (5, (0, 3))):  # PTR, STRUCT with a member, ENUM with a value
        for word in names:
            where = at + word * 4
            offset = int.from_bytes(tail[where : where + 4], "little")
            if offset:
                tail[where : where + 4] = (offset + shift).to_bytes(4, "little")
        at += words * 4
    assert at == len(tail) and strings > 1
    head = data[:12] + len(tail).to_bytes(4, "little") + len(tail).to_bytes(4, "little")
    own = data[24 + str_off + 1 :]
    return bytes(head + len(own).to_bytes(4, "little") + tail + own)


@needs_bpftool
def test_a_split_btf_agrees_with_bpftool(tmp_path: Path) -> None:
    below, above = tmp_path / "vmlinux", tmp_path / "module"
    below.write_bytes(everything()[0].finish())
    base = open_btf(str(below), cache=False)
    above.write_bytes(split_from(base))
    module = open_btf(str(above), base=base, cache_dir=str(tmp_path / "cache"))
    theirs = bpftool_raw(above, "-B", str(below))
    assert {number: raw(module, number) for number in theirs} == theirs
    assert list(theirs) == list(range(module.first_id, module.end_id))


def test_a_module_splits_off_from_its_base() -> None:
    w, ids = everything()
    base = Btf(w.finish())
    module = Btf(split_from(base), base)
    state = module.find("mod_state")
    assert state == base.end_id + 1 and module.end_id == base.end_id + 3
    owner = find_member(module, state, "owner")
    assert owner is not None and module.spell(owner.type_id) == "struct outer *"
    assert module.find("outer") == ids["outer"] and base.find("mod_state") is None
    assert module.enum_value("MOD_ON") == (base.end_id + 2, 0, 3)
    assert module.enum_value("ONE") == (ids["enum64"], 1, 1)
    assert module.decl_tags(ids["func"]) == base.decl_tags(ids["func"])
    with pytest.raises(BtfError, match="there is no type"):
        base.type(state)


def elf_with(section: bytes, content: bytes, flags: int = 0) -> bytes:
    """An ELF64 file with one section beside that of the names."""
    names = b"\0.shstrtab\0" + section + b"\0"
    name_at, data_at = 64, 64 + len(names)
    table = data_at + len(content)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 1, 247, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 1)
    rows = bytes(64) + struct.pack("<IIQQQQ", 1, 3, 0, 0, name_at, len(names)) + bytes(24)
    rows += struct.pack("<IIQQQQ", 11, 1, flags, 0, data_at, len(content)) + bytes(24)
    return head + names + content + rows


def test_btf_inside_an_elf_file(tmp_path: Path) -> None:
    w, ids = everything()
    file = tmp_path / "vmlinux"
    file.write_bytes(elf_with(b".BTF", w.finish()))
    assert open_btf(str(file), cache=False).find("outer") == ids["outer"]
    for content, words in (
        (elf_with(b".BTFs", w.finish()), "has no .BTF section"),
        (elf_with(b".BTF", w.finish(), flags=0x800), "is compressed"),
        (elf_with(b".BTF", w.finish())[:-70], "do not fit into the file"),
    ):
        file.write_bytes(content)
        with pytest.raises(BtfError, match=words):
            open_btf(str(file), cache=False)


def test_files_that_are_no_btf(tmp_path: Path) -> None:
    with pytest.raises(BtfError, match="cannot read BTF from .*: No such file"):
        open_btf(str(tmp_path / "none"))
    with pytest.raises(BtfError, match="cannot read BTF from .*: Is a directory"):
        open_btf(str(tmp_path))
    file = tmp_path / "text"
    for content, words in (
        (b"", "0 bytes are too few"),
        (b"hello, world: this is text", "magic number is wrong"),
        (b"\x7fELF\x02\x01", "section headers do not fit"),
        (b"\x7fELF\x01\x01" + bytes(100), "not 64-bit little-endian"),
        (b"\xeb\x9f" + bytes(100), "big-endian"),
    ):
        file.write_bytes(content)
        with pytest.raises(BtfError, match=words):
            open_btf(str(file), cache=False)
