"""CO-RE values: by hand for shapes that matter, and against what libbpf patches into a loaded program."""

from __future__ import annotations

import random
import struct

import pytest

from rucy.btf import types as t
from rucy.btf.access import walked
from rucy.btf.core import RELO_KINDS, CoreRef, core_value, describe, parse_access, resolve
from rucy.btf.describe import CEnum, CInt, CStruct
from rucy.btf.reader import Btf
from rucy.btf.types import BtfError, Enumerator, Member
from rucy.btf.writer import BtfWriter


def fields() -> tuple[Btf, dict[str, int]]:
    w = BtfWriter()
    i32 = w.integer("int", 4, 32, t.INT_SIGNED)
    u8 = w.integer("unsigned char", 1, 8)
    u64 = w.integer("unsigned long", 8, 64)
    sign = w.enum("sign", 4, True, [Enumerator("MINUS", -1)])
    top = w.enum("top", 4, False, [Enumerator("TOP", 0xFFFFFFFE)])
    wide = w.enum64("wide", 8, False, [Enumerator("HUGE", 1 << 63)])
    anonymous = w.enum("", 4, False, [Enumerator("LOOSE", 3)])
    members = [Member("a", i32, 0, 3), Member("b", i32, 3, 29), Member("c", u8, 32, 1), Member("d", u8, 35, 7)]
    members += [Member("e", u64, 64 + 60, 8), Member("f", sign, 192, 2), Member("g", u64, 256, 64)]
    members += [Member("h", w.array(u8, 4), 320, 0), Member("i", i32, 352, 0)]
    bits = w.struct("bits", 48, members)
    return Btf(w.finish()), {"bits": bits, "sign": sign, "top": top, "wide": wide, "anonymous": anonymous}


FIELDS = ("byte_off", "byte_sz", "signed", "lshift_u64", "rshift_u64")


@pytest.mark.parametrize(
    ("member", "values"),
    [
        (0, (0, 4, 1, 61, 61)),
        (1, (0, 4, 1, 32, 35)),
        (2, (4, 1, 0, 63, 63)),
        (3, (4, 2, 0, 54, 57)),  # over a byte's end: the unit grows
        (5, (24, 4, 1, 62, 62)),
        (6, (32, 8, 0, 0, 0)),
        (8, (44, 4, 1, 32, 32)),
    ],
)
def test_a_member(member: int, values: tuple[int, ...]) -> None:
    btf, ids = fields()
    assert tuple(core_value(btf, CoreRef(kind, ids["bits"], f"0:{member}")) for kind in FIELDS) == values
    assert core_value(btf, CoreRef("field_exists", ids["bits"], f"0:{member}")) == 1


def test_elements_and_offsets_of_the_pointer() -> None:
    btf, ids = fields()
    assert core_value(btf, CoreRef("byte_off", ids["bits"], "0:7:3")) == 43
    assert core_value(btf, CoreRef("byte_off", ids["bits"], "2:8")) == 2 * 48 + 44
    assert core_value(btf, CoreRef("byte_sz", ids["bits"], "0:7:3")) == 1
    assert core_value(btf, CoreRef("byte_sz", ids["bits"], "0:7")) == 4
    assert resolve(btf, ids["bits"], "0:1")[:2] == (3, 29)


def test_relocations_in_words() -> None:
    btf, ids = fields()
    refs = (("byte_off", "bits", "0:7:3"), ("byte_sz", "bits", "2:8"), ("enumval_value", "top", "0"), ("type_size", "bits", "0"))
    assert [describe(btf, CoreRef(kind, ids[of], access)) for kind, of, access in refs] == [
        "struct bits.h[3] byte_off", "struct bits[2].i byte_sz", "enum top.TOP enumval_value", "struct bits type_size",
    ]  # fmt: skip


def test_enumerators_are_taken_as_libbpf_takes_them() -> None:
    btf, ids = fields()
    values = {name: core_value(btf, CoreRef("enumval_value", ids[name], "0")) for name in ("sign", "top", "wide")}
    assert values == {"sign": -1, "top": -2, "wide": 1 << 63}


@pytest.mark.parametrize(
    ("kind", "of", "access", "words"),
    [
        ("byte_off", "bits", "0:9", "does not fit struct bits"),
        ("byte_off", "bits", "0:8:0", "does not fit struct bits"),
        ("byte_off", "bits", "0:7:4", "does not fit struct bits"),
        ("byte_off", "bits", "0:4", "more than 8 bytes"),
        ("signed", "bits", "0:7:1", "not defined for an array element"),
        ("byte_off", "bits", "0:-1", "no access string"),
        ("byte_off", "bits", "", "no access string"),
        ("enumval_value", "sign", "1", "does not fit enum sign"),
        ("enumval_value", "bits", "0", "does not fit struct bits"),
        ("enumval_exists", "anonymous", "0", "has no name"),
        ("type_size", "bits", "0:0", "does not fit a question about a type"),
        ("byte_offset", "bits", "0:0", "no kind of relocation"),
    ],
)
def test_refusals(kind: str, of: str, access: str, words: str) -> None:
    btf, ids = fields()
    with pytest.raises(BtfError, match=words):
        core_value(btf, CoreRef(kind, ids[of], access))


def test_access_strings() -> None:
    assert parse_access("0:12:3") == (0, 12, 3)
    with pytest.raises(BtfError):
        parse_access(":".join("0" * 65))


def named_once(kernel: Btf, kinds: tuple[str, ...]) -> list[int]:
    """Types that libbpf has one candidate for."""
    names: dict[str, list[int]] = {}
    for number in range(1, kernel.end_id):
        if kernel.kind(number) in ("struct", "union", "enum", "enum64", "typedef", "fwd") and kernel.name(number):
            names.setdefault(kernel.name(number).split("___")[0], []).append(number)
    return [ids[0] for ids in names.values() if len(ids) == 1 and kernel.kind(ids[0]) in kinds]


def some_refs(kernel: Btf) -> list[CoreRef]:
    """A few hundred questions about the kernel's types, chains through embedded structs and arrays among them."""
    chosen = random.Random(3)
    refs = []
    structs = named_once(kernel, ("struct", "union"))
    bitfields = [n for n in structs if any(m.bitfield_size for m in kernel.type(n).members)]  # type: ignore[union-attr]
    for root in chosen.sample(structs, 60) + chosen.sample(bitfields, 25):
        at, access = root, "0"
        for _ in range(4):
            found = kernel.type(kernel.strip(at))
            if isinstance(found, (t.Struct, t.Union)) and found.members:
                index = chosen.randrange(len(found.members))
                if root in bitfields and access == "0":
                    index = chosen.choice([i for i, m in enumerate(found.members) if m.bitfield_size])
                access, at = f"{access}:{index}", found.members[index].type_id
            elif isinstance(found, t.Array) and found.nelems:
                access, at = f"{access}:{chosen.randrange(found.nelems)}", found.type_id
            else:
                break
        refs += [CoreRef(kind, root, access) for kind in ("field_exists", *FIELDS)]
        refs += [CoreRef(kind, root, "0") for kind in ("type_exists", "type_size", "type_id_target", "type_matches")]
    for root in chosen.sample(named_once(kernel, ("enum", "enum64")), 40):
        index = chosen.randrange(len(kernel.type(root).values))  # type: ignore[union-attr]
        refs += [CoreRef(kind, root, str(index)) for kind in ("enumval_exists", "enumval_value")]
    return [ref for ref in refs if has_value(kernel, ref)]


def has_value(kernel: Btf, ref: CoreRef) -> bool:
    try:
        core_value(kernel, ref)
    except BtfError:
        return False
    return True


@pytest.mark.root
def test_libbpf_patches_the_same_values(kernel: Btf) -> None:
    from rucy.object import Module, build_object
    from tests.object.hand_built import function
    from tests.object.tiny_libbpf import loaded

    refs = some_refs(kernel)
    assert len(refs) > 500 and {ref.kind for ref in refs} == RELO_KINDS.keys() - {"type_id_local"}
    text = "\n".join(f"r1 = 0x0 ll ; @core k{i}" for i in range(len(refs))) + "\nr0 = 0x0\nexit"
    cores = {f"k{i}": ref for i, ref in enumerate(refs)}
    module = Module("GPL", (function("asks", text, section="tc", cores=cores),))
    with loaded(build_object(module, kernel)) as obj:
        words = struct.unpack(f"<{4 * len(refs)}I", obj.insns("asks")[: 16 * len(refs)])
    patched = [words[4 * i + 1] | words[4 * i + 3] << 32 for i in range(len(refs))]
    wanted = [core_value(kernel, ref) & (1 << 64) - 1 for ref in refs]
    assert list(zip(refs, patched)) == list(zip(refs, wanted))


@pytest.mark.root
def test_libbpf_answers_what_the_input_does_not_have(kernel: Btf) -> None:
    """A program that reads a field where the kernel has it: what is absent is 0, and the read is never reached."""
    from rucy.object import Module, build_object
    from tests.object.hand_built import function
    from tests.object.tiny_libbpf import loaded

    missing = CStruct("task_struct", 8, (("no_such_field", CInt("long", 64, True), 0),))
    cores = {
        "there": CoreRef("field_exists", 0, "0:0", CStruct("task_struct", 8, (("tgid", CInt("int", 32, True), 0),))),
        "gone": CoreRef("field_exists", 0, "0:0", missing),
        "gone_at": CoreRef("byte_off", 0, "0:0", missing),
        "type": CoreRef("type_exists", 0, "0", CStruct("no_such_struct", 8, ())),
        "enumerator": CoreRef("enumval_exists", 0, "1", CEnum("bpf_map_type", 4, (("A", 0), ("NO_SUCH_TYPE", 1)))),
    }
    text = """
        r6 = 0x0 ll ; @core there
        r1 = 0x1 ; @core gone
        if r1 == 0x0 goto absent
        r1 = *(u64 *)(r10 + 0x0) ; @core gone_at
        r6 = 0x100
    absent:
        r1 = 0x1 ; @core type
        r6 += r1
        r1 = 0x1 ; @core enumerator
        r6 += r1
        r0 = r6
        exit
    """
    module = Module("GPL", (function("asks", text, section="tc", cores=cores),))
    with loaded(build_object(module, kernel)) as obj:
        assert obj.run("asks", bytes(64)) == 1


def test_what_the_verifier_finds_at_a_place() -> None:
    """Of a union's members the first that is there; a pointer whole or not at all."""
    w = BtfWriter()
    u32, u64 = w.integer("unsigned int", 4, 32), w.integer("unsigned long", 8, 64)
    other = w.struct("other", 8, [Member("x", u64, 0, 0)])
    pointer, nothing = w.ptr(other), w.ptr(0)
    first = w.union("first", 8, [Member("p", pointer, 0, 0), Member("n", u32, 0, 0)])
    second = w.union("second", 8, [Member("n", u32, 0, 0), Member("w", u64, 0, 0)])
    pair = w.struct("pair", 8, [Member("a", u32, 0, 0), Member("b", u32, 32, 0)])
    third = w.union("third", 8, [Member("w", u64, 0, 0), Member("s", pair, 0, 0)])
    members = [Member("first", first, 0, 0), Member("second", second, 64, 0), Member("third", third, 128, 0)]
    members += [Member("many", w.array(pointer, 2), 192, 0), Member("v", nothing, 320, 0)]
    whole = w.struct("whole", 48, members)
    btf = Btf(w.finish())
    places = [(0, 8), (0, 4), (8, 4), (8, 8), (16, 8), (20, 4), (24, 8), (32, 8), (28, 4), (40, 8), (48, 4)]
    assert [walked(btf, whole, *place) for place in places] == [
        other, None, 0, None, 0, 0, other, other, None, 0, None,
    ]  # fmt: skip
