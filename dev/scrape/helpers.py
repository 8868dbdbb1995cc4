"""Helpers: ids and signatures of the uapi header, argument classes and effects of the kernel's bpf_func_proto.

Which program type may call which helper is read from the `*_func_proto()` switches; a switch is read as text: the labels
before a return belong to it, a call of another switch takes that one's cases over. Arguments are the strictest of all
trees: what one kernel refuses (a NULL, a size of zero) a row does not allow.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scrape.source import Tree, version_key

FILES = ("kernel/bpf", "kernel/trace", "net", "drivers/media/rc", "security", "fs")
# STRUCT_OPS takes its helpers from each ops' own table; what all of them have is the base set and TCP's additions.
STRUCT_OPS = "bpf_tcp_ca_get_func_proto"
# Between the scraped trees: what every program type may call in 6.18, as loading such programs there shows.
EVERYWHERE = dict.fromkeys(
    (
        "get_current_uid_gid", "get_current_comm", "get_cgroup_classid", "perf_event_read", "perf_event_read_value",
        "send_signal", "send_signal_thread", "current_task_under_cgroup", "get_task_stack", "copy_from_user",
        "copy_from_user_task", "task_storage_get", "task_storage_delete", "get_branch_snapshot", "find_vma",
    ),
    "6.18",
)  # fmt: skip
FLAGS = {
    "MEM_RDONLY": "RDONLY",
    "MEM_UNINIT": "UNINIT",
    "MEM_WRITE": "WRITE",
    "MEM_ALIGNED": "ALIGNED",
    "OBJ_RELEASE": "RELEASE",
    "DYNPTR_TYPE_LOCAL": "LOCAL",
    "DYNPTR_TYPE_RINGBUF": "RINGBUF",
    "PTR_TRUSTED": "TRUSTED",
}
# Spellings that changed between kernels, to the one of Linux 6.12.
SAME = {
    "ARG_MEM_SIZE": "ARG_CONST_SIZE",
    "ARG_MEM_SIZE_OR_ZERO": "ARG_CONST_SIZE_OR_ZERO",
    "ARG_PTR_TO_ALLOC_MEM": "ARG_PTR_TO_RINGBUF_MEM",
    "ARG_PTR_TO_KPTR": "ARG_KPTR_XCHG_DEST",
    "ARG_SCALAR": "ARG_ANYTHING",
    "RET_PTR_TO_ALLOC_MEM_OR_NULL": "RET_PTR_TO_RINGBUF_MEM_OR_NULL",
    "RET_PTR_TO_BTF_ID_TRUSTED": "RET_PTR_TO_BTF_ID",
}


class Proto(NamedTuple):
    """One struct bpf_func_proto, in the rows' vocabulary."""

    ret: str
    args: tuple[str, ...]
    gpl: bool
    may_sleep: bool


class Facts(NamedTuple):
    """What one tree says: protos by name; for each program type the helpers and the name of the proto of each."""

    protos: dict[str, Proto]
    available: dict[str, dict[str, str]]


# ---- signatures -----------------------------------------------------------------------------------------------------

_SIGNATURE = re.compile(r"^ \* ((?:const |struct |unsigned )*[a-z_0-9]+ \*?\**)\s*bpf_([a-z0-9_]+)\((.*)\)$")


def signatures(tree: Tree) -> dict[str, tuple[str, tuple[str, ...]]]:
    """name → (signature line, argument names), from the comment of the uapi header."""
    text = tree.text("include/uapi/linux/bpf.h")
    comment = text[text.index("Start of BPF helper function descriptions") :]
    comment = comment[: comment.index("*/")]
    comment = re.sub(r",\n \*\s+", ", ", comment)
    found = {}
    for line in comment.split("\n"):
        match = _SIGNATURE.match(line)
        if not match:
            continue
        params = match.group(3).strip()
        parts = [] if params == "void" else [part for part in _split(params) if part != "..."]
        names = tuple(_parameter(part) for part in parts)
        found[match.group(2)] = (f"{' '.join(match.group(1).split())} bpf_{match.group(2)}({params})", names)
    return found


def _split(params: str) -> list[str]:
    depth, parts = 0, [""]
    for char in params:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _parameter(text: str) -> str:
    match = re.search(r"([A-Za-z_0-9]+)$", text)
    return match.group(1) if match else "callback"


def ids(tree: Tree) -> dict[str, int]:
    """name → number, of ___BPF_FUNC_MAPPER."""
    text = tree.text("include/uapi/linux/bpf.h")
    numbered = re.findall(r"\bFN\(([a-z0-9_]+), (\d+), ##ctx\)", text)
    if numbered:
        return {name: int(number) for name, number in numbered if name != "unspec"}
    names = re.findall(r"\bFN\(([a-z0-9_]+)\)", text)
    return {name: number for number, name in enumerate(names) if name != "unspec"}


# ---- prototypes -----------------------------------------------------------------------------------------------------


def facts(tree: Tree) -> Facts:
    """Everything that one tree's C files say about helpers."""
    files = tree.grep(r"struct bpf_func_proto", "*.c", under=FILES)
    code = {path: tree.code(path) for path in files}
    btf = _btf_ids(tree)
    protos = {}
    for text in code.values():
        for match in re.finditer(r"struct bpf_func_proto (\w+)\s*=\s*\{(.*?)\n\};", text, re.S):
            protos[match.group(1)] = _proto(match.group(2), btf)
    return Facts(protos, _availability(tree, code))


def _proto(body: str, btf: dict[str, str]) -> Proto:
    items = dict(re.findall(r"\.(\w+)\s*=\s*([^,]+),", body + ","))
    items = {key: " ".join(value.split()) for key, value in items.items()}
    args = []
    # what an initialiser leaves out is 0: RET_INTEGER, and no further argument
    for n in range(1, 6):
        if f"arg{n}_type" not in items:
            break
        args.append(_class(items[f"arg{n}_type"], items.get(f"arg{n}_btf_id"), items.get(f"arg{n}_size"), btf))
    ret = _class(items.get("ret_type", "RET_INTEGER"), items.get("ret_btf_id"), None, btf)
    return Proto(ret, tuple(args), items.get("gpl_only") == "true", items.get("might_sleep") == "true")


def _class(text: str, btf_id: str | None, size: str | None, btf: dict[str, str]) -> str:
    parts = [SAME.get(part, part) for part in text.split(" | ")]
    base = next(part for part in parts if part.startswith(("ARG_", "RET_")))
    flags = [part for part in parts if part != base]
    if "PTR_MAYBE_NULL" in flags:
        flags.remove("PTR_MAYBE_NULL")
        base += "_OR_NULL"
    if base == "ARG_PTR_TO_UNINIT_MEM":
        base, flags = "ARG_PTR_TO_MEM", ["MEM_UNINIT", *flags]
    if base == "ARG_PTR_TO_UNINIT_MAP_VALUE":
        base, flags = "ARG_PTR_TO_MAP_VALUE", ["MEM_UNINIT", *flags]
    if base == "ARG_PTR_TO_LONG":
        base, flags, size = "ARG_PTR_TO_FIXED_SIZE_MEM", ["MEM_UNINIT", "MEM_ALIGNED"], "sizeof(u64)"
    if "MEM_UNINIT" in flags and "MEM_WRITE" in flags:
        flags.remove("MEM_WRITE")
    name = _short(base)
    if btf_id and "BTF_ID" in base:
        name += f":{btf.get(btf_id.lstrip('&').removesuffix('[0]'), '')}".removesuffix(":")
    if size:
        name += f"={_SIZES[size]}"
    return "|".join([name, *(FLAGS[flag] for flag in flags)])


_SIZES = {"sizeof(s64)": 8, "sizeof(u64)": 8, "sizeof(u32)": 4, "sizeof(struct iphdr)": 20,
          "sizeof(struct ipv6hdr)": 40, "sizeof(struct tcphdr)": 20}  # fmt: skip


def _short(base: str) -> str:
    """ARG_PTR_TO_MEM → MEM; what stays ambiguous without it keeps its PTR_TO_ (BTF_ID, STACK, FUNC); results too."""
    if base.startswith("RET_"):
        return base.removeprefix("RET_")
    name = base.removeprefix("ARG_")
    short = name.removeprefix("PTR_TO_")
    kept = short in ("BTF_ID", "BTF_ID_OR_NULL", "STACK", "STACK_OR_NULL", "FUNC")
    return name if kept else short


def _btf_ids(tree: Tree) -> dict[str, str]:
    """The C name of a list of BTF ids, as protos write it, to the type's name."""
    found = {}
    for path in tree.grep(r"BTF_ID_LIST", "*.c", "*.h", under=(*FILES, "include/linux")):
        text = tree.code(path)
        for name, type_name in re.findall(r"BTF_ID_LIST(?:_GLOBAL)?_SINGLE\((\w+), struct, (\w+)\)", text):
            found[name] = type_name
        for name, rest in re.findall(r"BTF_ID_LIST(?:_GLOBAL)?\((\w+)[^)]*\)\s*\n((?:\s*BTF_ID\([^)]*\)\s*\n)+)", text):
            types = re.findall(r"BTF_ID\(struct, (\w+)\)", rest)
            found[name] = types[0] if types else ""
            found.update({f"{name}[{n}]": type_name for n, type_name in enumerate(types)})
    text = tree.code("include/linux/btf_ids.h")
    for kind, type_name in re.findall(r"BTF_SOCK_TYPE\((\w+), (\w+)\)", text):
        found[f"btf_sock_ids[{kind}]"] = type_name
    for kind, type_name in re.findall(r"BTF_TRACING_TYPE\((\w+), (\w+)\)", text):
        found[f"btf_tracing_ids[{kind}]"] = type_name
    return found


# ---- who may call what ----------------------------------------------------------------------------------------------


_SWITCH = re.compile(r"\n(?:const struct bpf_func_proto \*\s*)?(\w*_func_proto)\([^;{]*\)\s*\n\{(.*?)\n\}", re.S)
_CASE = re.compile(
    r"((?:\n(?:#[^\n]*\n)?\tcase BPF_FUNC_\w+:)+)(.*?)(?=\n\tcase BPF_FUNC_|\n\tdefault:|\Z)",
    re.S,
)


def _availability(tree: Tree, code: dict[str, str]) -> dict[str, dict[str, str]]:
    switches: dict[str, str] = {}
    tables: dict[str, str] = {}
    for text in code.values():
        for match in _SWITCH.finditer(text):
            switches[match.group(1)] = match.group(2)
        for match in re.finditer(r"struct bpf_verifier_ops (\w+)_verifier_ops = \{(.*?)\n\};", text, re.S):
            getter = re.search(r"\.get_func_proto\s*=\s*(\w+)", match.group(2))
            if getter:
                tables[match.group(1)] = getter.group(1)
    types = re.findall(r"BPF_PROG_TYPE\(BPF_PROG_TYPE_(\w+), (\w+),", tree.code("include/linux/bpf_types.h"))
    found = {}
    for prog_type, name in types:
        getter = STRUCT_OPS if prog_type == "STRUCT_OPS" else tables.get(name)
        if getter:
            found[prog_type] = _cases(switches, getter)
    return found


def _cases(switches: dict[str, str], name: str) -> dict[str, str]:
    """helper → proto of one switch and of all that it falls back to."""
    body = switches[name]
    found: dict[str, str] = {}
    refused: set[str] = set()
    for labels, code in _CASE.findall(body):
        names = re.findall(r"BPF_FUNC_(\w+)", labels)
        protos = re.findall(r"&(\w*_proto\w*)", code)
        for helper in names:
            if protos or re.search(r"\bbpf_get_\w+_proto\(", code):
                found.setdefault(helper, protos[0] if protos else f"bpf_{helper}_proto")
            elif "NULL" in code:
                refused.add(helper)
    for other in re.findall(r"\b(\w+_func_proto)\(func_id", body):
        if other in switches and other != name:
            for helper, proto in _cases(switches, other).items():
                found.setdefault(helper, proto)
    return {helper: proto for helper, proto in found.items() if helper not in refused}


# ---- the table ------------------------------------------------------------------------------------------------------


class Scraped(NamedTuple):
    lines: list[str]
    unmodelled: list[str]
    disagreements: list[str]


class Known(NamedTuple):
    """Releases that trees cannot tell: of each helper, of each program type, and of a helper in a program type."""

    helper: dict[str, str]
    prog_type: dict[str, str]
    both: dict[tuple[str, str], str]


def table(trees: list[Tree], known: Known) -> Scraped:
    """The lines of `_generated/helpers`, in the order of the newest tree's ids."""
    newest = trees[-1]
    read = {tree.version: facts(tree) for tree in trees}
    packet = _changes_packet(newest)
    acquiring = _acquires(newest)
    signature = signatures(newest)
    out = Scraped([], [], [])
    for name, number in ids(newest).items():
        text, arg_names = signature[name]
        groups = _groups(name, read)
        if not groups:
            out.unmodelled.append(name)
            continue
        protos = [proto for proto, _ in groups.values()]
        marks = {
            "gpl": any(proto.gpl for proto in protos),
            "packet": name in packet,
            "acquires": name in acquiring,
            "releases": any("|RELEASE" in arg for proto in protos for arg in proto.args),
            "sleeps": all(proto.may_sleep for proto in protos),
        }
        flags = " ".join(flag for flag, on in marks.items() if on)
        out.lines.append(f"{number}\t{name}\t{known.helper[name]}\t{flags}\t{' '.join(arg_names)}\t{text}")
        for proto, users in groups.values():
            if len(proto.args) != len(arg_names):
                out.disagreements.append(f"{name}: {len(proto.args)} classes, {len(arg_names)} arguments")
            released = " ".join(prog_type + _since(name, prog_type, seen, list(read), known) for prog_type, seen in users)
            out.lines.append(f"\t{proto.ret}\t{' '.join(proto.args)}\t{released}")
    return out


def _since(name: str, prog_type: str, seen: str, versions: list[str], known: Known) -> str:
    """ "@6.1" where a program type got a helper later than both exist: exactly if known, else the first tree with it."""
    born = max(known.helper[name], known.prog_type[prog_type], key=version_key)
    could = next((version for version in versions if version_key(version) >= version_key(born)), versions[-1])
    if version_key(seen) <= version_key(could):
        return ""
    exact = known.both.get((prog_type, name), seen)
    return "@" + min(exact, seen, EVERYWHERE.get(name, seen), key=version_key)


def _groups(name: str, read: dict[str, Facts]) -> dict[tuple[str, ...], tuple[Proto, list[tuple[str, str]]]]:
    """Protos that differ, each with its program types and the first tree that gives each the helper; most used first."""
    newest = list(read.values())[-1]
    grouped: dict[tuple[str, ...], tuple[Proto, list[tuple[str, str]]]] = {}
    for prog_type, cases in newest.available.items():
        if cases.get(name) not in newest.protos:
            continue
        proto = newest.protos[cases[name]]
        seen = ""
        for version, older in read.items():
            old_name = older.available.get(prog_type, {}).get(name)
            if old_name:
                seen = seen or version
                proto = strictest(proto, older.protos.get(old_name, proto))
        grouped.setdefault((proto.ret, *proto.args), (proto, []))[1].append((prog_type, seen))
    return dict(sorted(grouped.items(), key=lambda item: -len(item[1][1])))


def strictest(new: Proto, old: Proto) -> Proto:
    """The newer proto without what the older one refuses: a NULL, a size of zero, a missing licence."""
    args = tuple(_strict(a, b) for a, b in zip(new.args, old.args)) + new.args[len(old.args) :]
    return Proto(new.ret, args, new.gpl or old.gpl, new.may_sleep)


def _strict(new: str, old: str) -> str:
    for mark in ("_OR_NULL", "_OR_ZERO"):
        if mark in new and mark not in old and old != "ANYTHING":
            new = new.replace(mark, "")
    return new


def _changes_packet(tree: Tree) -> set[str]:
    text = tree.code("net/core/filter.c")
    body = re.search(r"bool bpf_helper_changes_pkt_data\(.*?\n\}", text, re.S)
    assert body
    return set(re.findall(r"BPF_FUNC_(\w+)", body.group(0)))


def _acquires(tree: Tree) -> set[str]:
    text = tree.code("kernel/bpf/verifier.c")
    body = re.search(r"static bool is_acquire_function\(.*?return true;", text, re.S)
    assert body
    return set(re.findall(r"BPF_FUNC_(\w+)", body.group(0)))
