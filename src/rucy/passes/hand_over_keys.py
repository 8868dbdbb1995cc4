"""Hands a helper the key that the kernel called a block with where it lies, not a copy in the frame.

    callback @each(%map, %key, %value):
      %1 = load %key off=0 width=4                        (gone)
      store %1, %s off=0 width=4                          (gone)
      %2 = call %m, %s helper=map_lookup_elem             %2 = call %m, %key helper=map_lookup_elem

Only a key that is read for one call alone, with nothing in between that takes long: an element of the map that somebody
deletes may come back with another key. The verifier takes such a key since it has callbacks that get one (map_key_value_types
of kernel/bpf/verifier.c has PTR_TO_MAP_KEY; Linux commit 69c087ba6225 ("bpf: Add bpf_for_each_map_elem() helper") (v5.13)).

Needs: nothing. Keeps: how often the key's bytes are read. Breaks: nothing.
"""

from __future__ import annotations

from rucy.ir.function import Block, Function, Instr, Value, users_of

#: take a key, which they do not keep, as their second argument
_TAKES_KEY = ("map_lookup_elem", "map_update_elem", "map_delete_elem")


def hand_over_keys(fn: Function) -> bool:
    keys = [param for param in fn.params if fn.kind == "callback" and param.type.kind == "mem"]
    if not keys:
        return False
    users = users_of(fn)
    gone: set[Instr] = set()
    for slot in [i for i in fn.entry.instrs if i.op.name == "slot"]:
        for key in keys:
            gone |= _handed_over(slot, key, users)
    for block in fn.blocks if gone else ():
        block.instrs = [i for i in block.instrs if i not in gone]
    return bool(gone)


def _handed_over(slot: Instr, key: Value, users: dict[Value, list[Instr]]) -> set[Instr]:
    """Makes the one call that takes the slot take the key; what is of no use then: the slot, and all that filled it."""
    stores = [i for i in users.get(slot, ()) if i.op.name == "store" and i.args[1] is slot]
    others = [i for i in users.get(slot, ()) if i not in stores]
    if not stores or len(others) != 1 or others[0].attrs.get("helper") not in _TAKES_KEY:
        return set()
    call, loads = others[0], [store.args[0] for store in stores]
    if [arg is slot for arg in call.args].count(True) != 1 or call.args[1] is not slot:
        return set()
    copies = {i for i, store in zip(loads, stores) if isinstance(i, Instr) and _is_copied(i, store, key, users)}
    if len(copies) != len(stores) or not _is_short(call.block, {*copies, *stores}, call):
        return set()
    call.args[1] = key
    return {slot, *stores, *copies}


def _is_copied(load: Instr, store: Instr, key: Value, users: dict[Value, list[Instr]]) -> bool:
    """Is it from the same place of the key, and for the store alone?"""
    same = load.op.name == "load" and load.args[0] is key and load.attrs["off"] == store.attrs["off"]
    return same and load.attrs["width"] == store.attrs["width"] and users[load] == [store]


def _is_short(block: Block | None, copying: set[Instr], call: Instr) -> bool:
    """Does nothing that writes lie between the first of them and the call?"""
    if block is None or any(i.block is not block for i in copying):
        return False
    at = block.instrs.index(call)
    first = min(block.instrs.index(i) for i in copying)
    return first < at and not any("W" in i.op.effects and i not in copying for i in block.instrs[first:at])
