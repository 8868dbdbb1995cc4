"""A call of each kernel function that the input BTF has and the compiler accepts, as a program that may call it."""

from __future__ import annotations

from typing import Any, NamedTuple

from rucy.btf.reader import Btf
from rucy.btf.types import DeclTag, FuncProto
from rucy.kernel import kfuncs, progtypes
from rucy.lang.checker import kernel_types, kfunc_arguments, kfunc_blocks, kfunc_calls

#: program type → (what is above a body, its value), the first that may call a function is taken
_PROGRAMS = {
    "SYSCALL":          ('section! "syscall"\ndef {name}(ctx)', "0"),
    "XDP":              ("xdp name: :{name} do |ctx|", ":pass"),
    "SCHED_CLS":        ("tc_ingress name: :{name} do |ctx|", ":ok"),
    "TRACING":          ('tp_btf "sched_process_exit", name: :{name} do |task|', "nil"),
    "CGROUP_SKB":       ("cgroup_ingress name: :{name} do |ctx|", "true"),
    "CGROUP_SOCK_ADDR": ("cgroup_connect4 name: :{name} do |ctx|", "true"),
}  # fmt: skip

#: a struct → (what gives one that is held, what takes it back)
_OBJECTS = {
    "task_struct": ("current_task", ""),
    "cgroup": ("bpf_cgroup_from_id(1)", "bpf_cgroup_release"),
    "bpf_cpumask": ("bpf_cpumask_create", "bpf_cpumask_release"),
    "cpumask": ("bpf_cpumask_create", "bpf_cpumask_release"),
    "bpf_key": ("bpf_lookup_system_key(0)", "bpf_key_put"),
}  # fmt: skip

_NUMBERS = {"nr_words": "1", "hierarchy_id": "1", "level": "0"}

HEAD = """\
license "GPL"
class Room
  attr :bytes, [:u8, 64]
end
ROOMS = array(Room, 1)
"""


class Types:
    """What the questions about prototypes need of a checker."""

    def __init__(self, btf: Btf) -> None:
        self._btf = btf

    def btf(self) -> Btf:
        return self._btf

    def spell(self, type_id: int) -> str:
        return self._btf.spell(type_id)


class Walked(NamedTuple):
    """`called`: function → program; `refused`: function → why not; `left`: accepted, but no program here can call it."""

    called: dict[str, str]
    refused: dict[str, str]
    left: dict[str, str]


def functions(btf: Btf) -> list[str]:
    """What BTF marks as a kernel function for programs, since Linux 6.10."""
    found = set()
    for number in range(1, btf.end_id):
        tag = btf.type(number) if btf.kind(number) == "decl_tag" else None
        if isinstance(tag, DeclTag) and tag.name == "bpf_kfunc":
            found.add(btf.name(tag.type_id))
    return sorted(found)


def walk(btf: Btf, release: tuple[int, ...] = ()) -> Walked:
    """`release`: of the kernel that shall load the programs; () for none."""
    types: Any = Types(btf)
    walked = Walked({}, {}, {})
    for name in functions(btf):
        why, row, proto = _refusal(types, name)
        if why:
            walked.refused[name] = why
        elif row is not None and release:
            text = _program(types, row, proto, release)
            (walked.called if text.startswith(("section", "xdp", "tc", "tp", "cgroup")) else walked.left)[name] = text
    return walked


def _refusal(types: Any, name: str) -> tuple[str, kfuncs.Kfunc | None, Any]:
    if _is_in_a_set(types, name):
        return "", None, None
    row, proto = kfuncs.find(name), kfunc_calls.prototype(types, name)
    if row is None or not isinstance(proto, FuncProto):
        return "is in no set that the sources show", None, None
    return kfunc_calls.refused(types, row, proto), row, proto


def _is_in_a_set(types: Any, name: str) -> bool:
    """Is it written as a block, or by a struct in place of a size?"""
    if name in ("bpf_dynptr_slice", "bpf_dynptr_slice_rdwr") or any(name in (row.enter, row.leave) for row in kfuncs.REGIONS):
        return True
    ends = ("_new", "_next", "_destroy")
    return any(name.endswith(end) and kfunc_blocks.iterator(types, name.removesuffix(end)) is not None for end in ends)


# ---------------------------------------------------------------- programs


def _program(types: Any, row: kfuncs.Kfunc, proto: FuncProto, release: tuple[int, ...]) -> str:
    """The program's text, or why there is none."""
    kinds = ("SYSCALL",) if "sleepable" in row.flags else tuple(_PROGRAMS)
    fits = [kind for kind in kinds if (since := kfuncs.since(row, kind)) and _number(since) <= release]
    kind = next((kind for kind in fits if kfunc_arguments.fits_context(types, proto, progtypes.BY_NAME[kind].context or "")), "")
    if not kind:
        return "no program type that compiles today may call it, or not in this kernel"
    needs: dict[str, str] = {}
    args: list[str] = []
    for at, param in enumerate(proto.params):
        arg = _argument(types, proto, at, param, needs) if row.name != "bpf_task_release" else "given"
        if arg is None:
            return f"no {types.spell(param.type_id)} at hand"
        args += [arg] if arg else []
    call = f"{row.name}({', '.join(args)})"
    lines = ["room = Room.new"] if "room" in args else []
    lines += ["memory = ROOMS[0]", "d = dynptr_from_mem(memory.bytes)"] if "d" in args else []
    if "acquire" in row.flags:
        if not kfuncs.release_of(row.name) or "acquire" in getattr(kfuncs.find(kfuncs.release_of(row.name)), "flags", ()):
            return "what it gives is not given back by itself alone"
        call = f"if given = {call}\n{kfuncs.release_of(row.name)}(given)\nend"
    if row.name == "bpf_task_release":
        call = f"if given = bpf_task_acquire(current_task)\n{call}\nend"
    if "release" in row.flags:
        needs = dict.fromkeys(needs, "")
    for name, back in needs.items():
        given = _OBJECTS[name][0]
        call = f"if {name} = {given}\n{call}\n{f'{back}({name})' if back else ''}\nend"
    if "rcu_protected" in row.flags:
        call = f"bpf_rcu_read_lock do\n{call}\nend"
    above, value = _PROGRAMS[kind]
    return "\n".join([above.format(name=f"call_{row.name}"), *lines, call, value, "end"]) + "\n"


def _argument(types: Any, proto: FuncProto, at: int, param: Any, needs: dict[str, str]) -> str | None:
    """"" where the compiler gives it; None where nothing is at hand."""
    match kfunc_arguments.kind(types, proto, at):
        case "size" | "new dynptr":
            return ""
        case "number":
            return _NUMBERS.get(param.name, "0")
        case "constant":
            return "1"
        case "text":
            return '"user.x"'
        case "any":
            return '"abc"'
        case "memory" | "room" | "cell" | "out":
            return "room"
        case "context":
            return "ctx"
        case "dynptr":
            return "d" if not param.name.endswith("__nullable") else "nil"
        case "object":
            return _object(types, param, needs)
    return None


def _object(types: Any, param: Any, needs: dict[str, str]) -> str | None:
    pointer = kernel_types.scalar(types, param.type_id, True)
    assert pointer is not None
    name = kernel_types.btf_name(types, pointer[0].pointee)  # type: ignore[union-attr]
    if param.name.endswith("__nullable"):
        return "nil"
    if name not in _OBJECTS:
        return None
    if name == "task_struct":
        return "current_task"
    needs.setdefault(name, _OBJECTS[name][1])
    return name


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))
