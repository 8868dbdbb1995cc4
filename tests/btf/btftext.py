"""BTF as the text of `bpftool btf dump … format raw`, written from the formats alone: the other side of a comparison."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from rucy.btf import types as t
from rucy.btf.reader import Btf

VMLINUX = Path("/sys/kernel/btf/vmlinux")
BPFTOOL = shutil.which("bpftool", path="/usr/sbin:/usr/bin:/sbin:/bin")
_LINKAGE = ("static", "global", "extern")


def bpftool_raw(path: Path, *base: str) -> dict[int, str]:
    """Type id → its lines, as bpftool says them."""
    assert BPFTOOL is not None
    command = [BPFTOOL, *base, "btf", "dump", "file", str(path), "format", "raw"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    blocks = ("\n" + text).split("\n[")[1:]
    return {int(block[: block.index("]")]): "[" + block.rstrip("\n") for block in blocks}


def raw(btf: Btf, number: int) -> str:
    """The lines of one type of ours, in bpftool's words."""
    found = btf.type(number)
    head = f"[{number}] {btf.kind(number).upper()} '{btf.name(number) or '(anon)'}'"
    match found:
        case t.Int():
            encoding = {0: "(none)", 1: "SIGNED", 2: "CHAR", 4: "BOOL"}[found.encoding]
            return f"{head} size={found.size} bits_offset={found.offset} nr_bits={found.bits} encoding={encoding}"
        case t.Array():
            return f"{head} type_id={found.type_id} index_type_id={found.index_type_id} nr_elems={found.nelems}"
        case t.Struct() | t.Union():
            lines = [f"{head} size={found.size} vlen={len(found.members)}"]
            for m in found.members:
                bits = f" bitfield_size={m.bitfield_size}" if m.bitfield_size else ""
                lines.append(f"\t'{m.name or '(anon)'}' type_id={m.type_id} bits_offset={m.bit_offset}{bits}")
            return "\n".join(lines)
        case t.Enum() | t.Enum64():
            encoding = "SIGNED" if found.signed else "UNSIGNED"
            suffix = "" if isinstance(found, t.Enum) else "LL" if found.signed else "ULL"
            lines = [f"{head} encoding={encoding} size={found.size} vlen={len(found.values)}"]
            return "\n".join(lines + [f"\t'{each.name}' val={each.value}{suffix}" for each in found.values])
        case t.Fwd():
            return f"{head} fwd_kind={'union' if found.is_union else 'struct'}"
        case t.Func():
            return f"{head} type_id={found.type_id} linkage={_LINKAGE[found.linkage]}"
        case t.FuncProto():
            lines = [f"{head} ret_type_id={found.ret_type_id} vlen={len(found.params)}"]
            return "\n".join(lines + [f"\t'{p.name or '(anon)'}' type_id={p.type_id}" for p in found.params])
        case t.Var():
            return f"{head} type_id={found.type_id}, linkage={_LINKAGE[found.linkage]}"
        case t.Datasec():
            lines = [f"{head} size={found.size} vlen={len(found.vars)}"]
            for v in found.vars:
                what = f"({btf.kind(v.type_id).upper()} '{btf.name(v.type_id)}')"
                lines.append(f"\ttype_id={v.type_id} offset={v.offset} size={v.size} {what}")
            return "\n".join(lines)
        case t.Float():
            return f"{head} size={found.size}"
        case t.DeclTag():
            return f"{head} type_id={found.type_id} component_idx={found.component}"
        case t.Void():
            return "void"
    return f"{head} type_id={found.type_id}"
