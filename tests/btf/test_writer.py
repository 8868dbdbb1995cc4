"""The writer: described types as clang would write them, kernel types pruned to what is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rucy.btf import types as t
from rucy.btf.access import chain, compose, find_member
from rucy.btf.core import CoreRef, core_value
from rucy.btf.describe import (
    CArray,
    CConst,
    CEnum,
    CFunc,
    CFwd,
    CInt,
    CKernel,
    CPtr,
    CStruct,
    CTag,
    CType,
    CTypedef,
    CUnion,
    CVoid,
    CVolatile,
)
from rucy.btf.reader import Btf
from rucy.btf.types import BtfError, Enumerator, Member, Param
from rucy.btf.writer import BtfWriter
from tests.btf.btftext import BPFTOOL

INT = CInt("int", 32, True)
U64 = CInt("unsigned long long", 64)

SHAPES: dict[str, CType] = {
    "int": INT,
    "_Bool": CInt("_Bool", 8, "bool"),
    "void *": CPtr(CVoid()),
    "const int *": CPtr(CConst(INT)),
    "int *": CPtr(INT),
    "volatile int": CVolatile(INT),
    "char [16]": CArray(CInt("char", 8, "char"), 16),
    "int (*)[7]": CPtr(CArray(INT, 7)),
    "struct pair": CStruct("pair", 16, (("n", U64, 0), ("next", CPtr(CFwd("pair")), 64))),
    "union either": CUnion("either", 8, (("a", INT, 0), ("b", U64, 0))),
    "enum mode": CEnum("mode", 4, (("OFF", 0), ("ON", 1))),
    "enum neg": CEnum("neg", 4, (("MINUS", -2), ("PLUS", 1))),
    "enum wide": CEnum("wide", 8, (("HUGE", 1 << 63),)),
    "u64_t": CTypedef("u64_t", U64),
    "struct task_struct *": CPtr(CTag("kptr", CFwd("task_struct"))),
    "long long (*)(int, const char *)": CPtr(
        CFunc(CInt("long long", 64, True), (("a", INT), ("b", CPtr(CConst(CInt("char", 8, "char"))))))
    ),
}


def test_described_types_are_what_they_say() -> None:
    writer = BtfWriter()
    ids = {spelling: writer.add(ctype) for spelling, ctype in SHAPES.items()}
    again = {spelling: writer.add(ctype) for spelling, ctype in SHAPES.items()}
    assert again == ids and len(set(ids.values())) == len(SHAPES)
    btf = Btf(writer.finish())
    assert {spelling: btf.spell(number) for spelling, number in ids.items()} == {key: key for key in SHAPES}
    for spelling, number in ids.items():
        assert btf.size(number) == writer.size(SHAPES[spelling])
    assert btf.type(ids["_Bool"]) == t.Int("_Bool", 1, 8, 0, t.INT_BOOL)
    assert btf.type(ids["enum neg"]) == t.Enum("neg", 4, True, (Enumerator("MINUS", -2), Enumerator("PLUS", 1)))
    assert btf.type(ids["enum wide"]) == t.Enum64("wide", 8, False, (Enumerator("HUGE", 1 << 63),))
    assert btf.type_tags(ids["struct task_struct *"]) == ("kptr",)


def test_alike_but_not_the_same() -> None:
    """Tuples of equal contents: a type is told by what it is, not by what it holds."""
    writer = BtfWriter()
    ids = [writer.add(ctype) for ctype in (CPtr(CConst(INT)), CPtr(CPtr(INT)), CPtr(CVolatile(INT)), CConst(CPtr(INT)))]
    assert len(set(ids)) == 4


def test_strings_are_written_once_and_keep_what_is_not_utf8() -> None:
    writer = BtfWriter()
    first = writer.string("müll")
    assert writer.string("müll") == first and writer.string("") == 0
    odd = writer.string(b"a\xff".decode("utf-8", "surrogateescape"))
    zero = writer.string("x\0y")
    btf = Btf(writer.finish())
    assert [btf.string(at) for at in (first, odd, zero)] == ["müll".encode(), b"a\xff", b"xy"]


def test_too_many_members() -> None:
    with pytest.raises(BtfError, match="65536 parts"):
        BtfWriter().enum("e", 4, False, [Enumerator("X", 0)] * 65536)


def sample() -> tuple[Btf, dict[str, int]]:
    """A small kernel: a list node, a device with bitfields and an anonymous union, pointers in a circle."""
    w = BtfWriter()
    i = w.integer("int", 4, 32, t.INT_SIGNED)
    u8 = w.integer("unsigned char", 1, 8)
    u64 = w.integer("unsigned long", 8, 64)
    ids = {"int": i, "u64": u64}
    # ids are given in order: these refer to what comes later
    node = len(w._types) + 1
    pointer = node + 1
    node_id = w.struct("node", 16, [Member("next", pointer, 0, 0), Member("prev", pointer, 64, 0)])
    assert (node_id, w.ptr(node)) == (node, pointer)
    halves = w.struct("", 8, [Member("lo", i, 0, 0), Member("hi", i, 32, 0)])
    either = w.union("", 8, [Member("whole", u64, 0, 0), Member("", halves, 0, 0)])
    mode = w.enum("mode", 4, False, [Enumerator("OFF", 0), Enumerator("ON", 1), Enumerator("AUTO", 7)])
    names = w.array(w.array(u8, 8), 4)
    fields = [Member("id", i, 0, 0), Member("flag", i, 32, 1), Member("level", i, 33, 5), Member("", either, 64, 0)]
    fields += [Member("list", node, 128, 0), Member("names", names, 256, 0), Member("mode", mode, 512, 0)]
    fields += [Member("tail", w.array(node, 0), 576, 0)]
    device = w.struct("device", 72, fields)
    w.typedef("device_t", device)
    ops = w.func_proto(i, [Param("dev", w.ptr(device)), Param("", 0)])
    hidden = w.struct("hidden", 4, [Member("x", i, 0, 0)])
    holder = w.struct("holder", 40, [Member("dev", w.ptr(w.type_tag("rcu", w.const(device))), 0, 0),
                                     Member("op", w.ptr(ops), 64, 0), Member("h", hidden, 128, 0),
                                     Member("anon", w.ptr(halves), 192, 0), Member("unused", i, 256, 0)])  # fmt: skip
    ids |= {"node": node, "either": either, "mode": mode, "device": device, "holder": holder, "hidden": hidden}
    return Btf(w.finish()), ids


def at(btf: Btf, root: int, *names: str) -> str:
    """The access string of a chain of members without pointers between them."""
    place = find_member(btf, root, names[0])
    for name in names[1:]:
        assert place is not None
        inner = find_member(btf, place.type_id, name)
        assert inner is not None
        place = compose(place, inner)
    assert place is not None
    return chain(place.indices)


def test_only_what_is_used_is_copied() -> None:
    btf, ids = sample()
    level = CoreRef("byte_off", ids["device"], at(btf, ids["device"], "level"))
    high = CoreRef("byte_off", ids["device"], at(btf, ids["device"], "hi"))
    prev = CoreRef("byte_off", ids["device"], at(btf, ids["device"], "list", "prev"))
    writer = BtfWriter(btf)
    for ref in (level, high, prev):
        writer.use_ref(ref)
    pointer = writer.add(CPtr(CKernel(ids["holder"])))
    (device, level_at), (_, high_at), (_, prev_at) = writer.remap(level), writer.remap(high), writer.remap(prev)
    local = Btf(writer.finish())
    assert (level.access, high.access, prev.access) == ("0:2", "0:3:1:1", "0:4:1")
    assert (level_at, high_at, prev_at) == ("0:0", "0:1:0:0", "0:2:0")
    copied = local.type(device)
    assert isinstance(copied, t.Struct) and copied.size == 72
    assert [(m.name, m.bit_offset, m.bitfield_size) for m in copied.members] == [
        ("level", 33, 5),
        ("", 64, 0),
        ("list", 128, 0),
    ]
    node = local.type(copied.members[2].type_id)
    assert isinstance(node, t.Struct) and [m.name for m in node.members] == ["prev"] and node.size == 16
    assert local.spell(pointer) == "struct holder *" and local.find("holder") == local.find("holder", ("fwd",))
    for ref, access in ((level, level_at), (high, high_at), (prev, prev_at)):
        assert core_value(local, CoreRef(ref.kind, device, access)) == core_value(btf, ref)


def test_a_holder_of_pointers() -> None:
    """What is only pointed to is declared; what is embedded keeps its size; tags go; no anonymous declaration."""
    btf, ids = sample()
    writer = BtfWriter(btf)
    for index in range(4):
        writer.use(ids["holder"], index)
    holder = writer.import_type(ids["holder"])
    local = Btf(writer.finish())
    found = local.type(holder)
    assert isinstance(found, t.Struct)
    spelled = {m.name: local.spell(m.type_id) for m in found.members}
    assert spelled == {
        "dev": "const struct device *",
        "op": "int (*)(struct device *, ...)",
        "h": "struct hidden",
        "anon": "struct {...} *",
    }
    assert local.type_tags(found.members[0].type_id) == ()
    assert local.find("device", ("struct",)) is None and local.find("device", ("fwd",)) is not None
    hidden = local.find("hidden", ("struct",))
    assert hidden is not None and local.type(hidden) == t.Struct("hidden", 4, ())
    assert local.find("device_t") is None and local.find("mode") is None


def test_arrays_enums_types_and_typedefs() -> None:
    btf, ids = sample()
    device, typedef = ids["device"], btf.find("device_t")
    assert typedef is not None
    refs = [
        CoreRef("byte_off", device, at(btf, device, "names") + ":3:5"),
        CoreRef("byte_off", device, at(btf, device, "tail") + ":9:0"),
        CoreRef("byte_off", typedef, "1:0"),
        CoreRef("enumval_value", ids["mode"], "2"),
        CoreRef("enumval_exists", ids["mode"], "1"),
        CoreRef("type_size", ids["hidden"], "0"),
        CoreRef("type_exists", typedef, "0"),
        CoreRef("type_matches", ids["holder"], "0"),
    ]
    writer = BtfWriter(btf)
    for ref in refs:
        writer.use_ref(ref)
    local_refs = [CoreRef(ref.kind, *writer.remap(ref)) for ref in refs]
    local = Btf(writer.finish())
    assert [core_value(local, ref) for ref in local_refs] == [core_value(btf, ref) for ref in refs]
    assert [core_value(btf, ref) for ref in refs] == [32 + 3 * 8 + 5, 72 + 9 * 16, 72, 7, 1, 4, 1, 1]
    assert [ref.access for ref in local_refs] == ["0:1:3:5", "0:2:9:0", "1:0", "1", "0", "0", "0", "0"]
    assert local.kind(local_refs[2].type_id) == "typedef"
    mode = local.type(local_refs[3].type_id)
    assert mode == t.Enum("mode", 4, False, (Enumerator("ON", 1), Enumerator("AUTO", 7)))
    holder = local.type(local_refs[7].type_id)
    assert isinstance(holder, t.Struct) and len(holder.members) == 5


def test_pointers_in_a_circle() -> None:
    btf, ids = sample()
    writer = BtfWriter(btf)
    writer.use(ids["node"], 0)
    node = writer.import_type(ids["node"])
    local = Btf(writer.finish())
    found = local.type(node)
    assert isinstance(found, t.Struct)
    (following,) = found.members
    assert local.type(following.type_id) == t.Ptr(node)


def test_what_the_input_does_not_have() -> None:
    """Existence is asked with a described type: here it is there, and libbpf finds out whether the kernel has it."""
    btf, ids = sample()
    made = CStruct("device", 8, (("gone", U64, 0),))
    for kind, value in (("field_exists", 1), ("byte_off", 0), ("byte_sz", 8), ("signed", 0)):
        assert core_value(btf, CoreRef(kind, 0, "0:0", made)) == value
    assert core_value(btf, CoreRef("type_exists", 0, "0", CStruct("absent", 0, ()))) == 1
    assert core_value(btf, CoreRef("enumval_exists", 0, "0", CEnum("mode", 4, (("SPARE", 0),)))) == 1
    used = CoreRef("byte_off", ids["device"], "0:0")
    writer = BtfWriter(btf)
    writer.use_ref(CoreRef("field_exists", 0, "0:0", made))
    writer.use_ref(used)
    (own, access), (copied, _) = writer.remap(CoreRef("field_exists", 0, "0:0", made)), writer.remap(used)
    local = Btf(writer.finish())
    assert own != copied and access == "0:0" and list(local.find_all("device")) == [own, copied]


def test_uses_are_known_before_places() -> None:
    btf, ids = sample()
    writer = BtfWriter(btf)
    with pytest.raises(BtfError, match="struct device has no part 8"):
        writer.use(ids["device"], 8)
    with pytest.raises(BtfError, match="int has no part 0"):
        writer.use(ids["int"], 0)
    writer.use(ids["device"], 0)
    with pytest.raises(AssertionError, match="not registered"):
        writer.remap(CoreRef("byte_off", ids["device"], "0:1"))
    with pytest.raises(AssertionError, match="after indices"):
        writer.use(ids["device"], 1)


@pytest.mark.skipif(BPFTOOL is None, reason="bpftool is not installed")
def test_kernel_types_read_back_as_c(kernel: Btf, tmp_path: Path) -> None:
    """bpftool makes C of the pruned types; what is left of task_struct is what was asked for."""
    task = kernel.find("task_struct", ("struct",))
    sock = kernel.find("sock", ("struct",))
    assert task is not None and sock is not None
    refs = [CoreRef("byte_off", task, at(kernel, task, name)) for name in ("tgid", "real_parent", "comm")]
    refs.append(CoreRef("byte_off", sock, at(kernel, sock, "__sk_common", "skc_dport")))
    writer = BtfWriter(kernel)
    for ref in refs:
        writer.use_ref(ref)
    for ref in refs:
        writer.remap(ref)
    file = tmp_path / "pruned.btf"
    file.write_bytes(writer.finish())
    command = [str(BPFTOOL), "btf", "dump", "file", str(file), "format", "c"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    body = text[text.index("struct task_struct {") :]
    members = [line.strip() for line in body[: body.index("}")].splitlines() if line.strip().endswith(";")]
    assert [line for line in members if "tgid" in line or "parent" in line or "comm" in line] == [
        "pid_t tgid;",
        "struct task_struct *real_parent;",
        "char comm[16];",
    ]
    assert "skc_dport" in text and "skc_daddr" not in text
    assert len(writer.finish()) < 2000


def test_writing_does_not_load_the_reader() -> None:
    """A program without kernel types is compiled without it; and `inspect` costs 10 ms."""
    code = "import sys, rucy.btf.writer, rucy.btf.ext; print([m for m in sys.modules if m in ('rucy.btf.reader', 'inspect')])"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout == "[]\n"
