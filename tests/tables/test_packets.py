"""Rows of headers against the kernel's own types, and what they need of helpers."""

from __future__ import annotations

from typing import Any

import pytest

from rucy.kernel import contexts, helpers, packets, progtypes


@pytest.fixture(scope="module")
def btf() -> Any:
    from rucy.btf.reader import open_btf

    return open_btf(None)


@pytest.mark.parametrize("row", packets.ROWS, ids=lambda row: row.name)
def test_a_header_is_as_the_kernel_has_it(row: packets.Header, btf: Any) -> None:
    """Offset, size, byte order, bitfield, array of each field."""
    from rucy.btf.access import find_member
    from rucy.lang.checker.kernel_types import find_type, net_bits

    struct = find_type(btf, row.struct)
    if struct is None:
        pytest.skip(f"this kernel's types lack {row.struct}")
    assert btf.size(struct) == row.size
    for field in row.fields:
        type_id, bits, bitfield = struct, 0, 0
        for name in field.name.split("."):
            found = find_member(btf, type_id, name)
            assert found is not None, f"{row.struct} has no {field.name}"
            type_id, bits, bitfield = found.type_id, bits + found.bit_offset, found.bitfield_size
        assert bitfield == field.bits, field.name
        assert bits == 8 * field.offset + field.shift, field.name
        array: Any = btf.type(btf.strip(type_id))
        if field.elems:
            assert array.nelems == field.elems or field.elems == 1
            type_id = array.type_id
        if not field.bits:
            assert btf.size(type_id) == field.size, field.name
        if not field.display:
            assert net_bits(btf, type_id) == field.net, field.name


def test_programs_that_look_at_packets_have_what_that_needs() -> None:
    for row in packets.ACCESS.values():
        context = contexts.BY_NAME[progtypes.BY_NAME[row.prog_type].context or ""]
        data, end = (next(f for f in context.fields if f.name == name) for name in ("data", "data_end"))
        assert end.offset == data.offset + 4
        needs = {"pull": ("skb_pull_data", "skb_load_bytes"), "copy": ("skb_load_bytes",), "direct": ()}[row.how]
        if row.layer == "socket":
            needs = (*needs, "skb_load_bytes_relative")
        for name in needs:
            helper = helpers.find(name)
            assert helper is not None and row.prog_type in helper.program_types


def test_offsets_that_the_lowering_knows() -> None:
    from rucy.lower import packets as lowering

    fields = {field.name: field.offset for field in contexts.BY_NAME["__sk_buff"].fields}
    known = (lowering._SKB_DATA, lowering._SKB_LEN, lowering._SKB_PROTOCOL)
    assert known == (fields["data"], fields["len"], fields["protocol"])
