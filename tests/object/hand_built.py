"""Modules built by hand, from assembly text: what the code generator hands to `build_object`, without a compiler.

A line of assembly is also its own source line: file `NAME.s`, counted from 1. `@core KEY` takes a relocation by key.
"""

from __future__ import annotations

from rucy.btf.core import CoreRef
from rucy.btf.describe import CArray, CFunc, CInt, CKernel, CPtr, CStruct, CType, CVoid
from rucy.btf.reader import Btf
from rucy.isa.text import assemble
from rucy.object import DataVar, Extern, Function, Line, MapDef, Module, notes

INT = CInt("int", 32, True)
U32 = CInt("unsigned int", 32, False)
U64 = CInt("unsigned long long", 64, False)
CHAR = CInt("char", 8, "char")
VOID = CVoid()
CTX = (("ctx", CPtr(VOID)),)

HASH, ARRAY, PROG_ARRAY, ARRAY_OF_MAPS, RINGBUF = 1, 2, 3, 12, 27  # enum bpf_map_type


def function(
    name: str,
    text: str,
    kind: str = "program",
    section: str = ".text",
    params: tuple[tuple[str, CType], ...] = CTX,
    result: CType = INT,
    cores: dict[str, CoreRef] | None = None,
    arg_tags: tuple[tuple[int, str], ...] = (),
) -> Function:
    insns = []
    for insn in assemble(text):
        if insn.ref is not None and insn.ref.kind == "core":
            insn = insn._replace(ref=insn.ref._replace(core=(cores or {})[str(insn.ref.core)]))
        insns.append(insn)
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        body = raw.split(";")[0].strip()
        if body and not body.endswith(":"):
            lines.append((len(lines), Line(f"{name}.s", number, 1 + len(raw) - len(raw.lstrip()), raw)))
    assert len(lines) == len(insns)
    return Function(name, tuple(insns), tuple(lines), kind, section, CFunc(result, params), arg_tags)


def device_filter() -> Module:
    """Refuses character device 1:9 (struct bpf_cgroup_dev_ctx: access_type, major, minor)."""
    text = """
        w0 = 0x1
        w2 = *(u32 *)(r1 + 0x4)
        if w2 != 0x1 goto out
        w2 = *(u32 *)(r1 + 0x8)
        if w2 != 0x9 goto out
        w0 = 0x0
    out:
        exit
    """
    return Module("GPL", (function("device_filter", text, section="cgroup/dev"),))


def loop_callback() -> Module:
    """0 + 1 + … + 9 by bpf_loop."""
    program = """
        r2 = 0x0
        *(u64 *)(r10 - 0x8) = r2
        r1 = 0xa
        r2 = func(+0x0) ll ; @func add_index
        r3 = r10
        r3 += -0x8
        r4 = 0x0
        call 0xb5
        r0 = *(u64 *)(r10 - 0x8)
        exit
    """
    pad = "r0 = 0x0\nexit"
    callback = """
        r3 = *(u64 *)(r2 + 0x0)
        r3 += r1
        *(u64 *)(r2 + 0x0) = r3
        r0 = 0x0
        exit
    """
    params = (("index", U64), ("sum", CPtr(U64)))
    return Module(
        "GPL",
        (
            function("loop", program, section="tc"),
            function("unused", pad, "static", params=()),
            function("add_index", callback, "callback", params=params),
        ),
    )


def kernel_functions() -> Module:
    """bpf_rcu_read_lock and unlock, and a weak kfunc that no kernel has, whose call is never reached."""
    text = """
        call pc-0x1 ; @extern_func bpf_rcu_read_lock
        call kfunc(0x0, 0x0) ; @extern_func bpf_rcu_read_unlock
        r1 = 0x0 ll ; @extern_var no_such_kernel_function
        w0 = 0x7
        if r1 == 0x0 goto out
        call kfunc(0x0, 0x0) ; @extern_func no_such_kernel_function
        w0 = 0x8
    out:
        exit
    """
    nothing = CFunc(VOID, ())
    externs = (
        Extern("bpf_rcu_read_lock", "func", nothing, ".ksyms"),
        Extern("bpf_rcu_read_unlock", "func", nothing, ".ksyms"),
        Extern("no_such_kernel_function", "func", nothing, ".ksyms", weak=True),
    )
    return Module("GPL", (function("locked", text, section="tc"),), externs=externs)


def kernel_variables() -> Module:
    """LINUX_KERNEL_VERSION through .kconfig, and a weak variable that no kernel has."""
    text = """
        r1 = 0x0 ll ; @extern_var LINUX_KERNEL_VERSION
        w0 = *(u32 *)(r1 + 0x0)
        r1 = 0x0 ll ; @extern_var no_such_kernel_variable
        if r1 == 0x0 goto out
        w0 = 0x0
    out:
        exit
    """
    externs = (
        Extern("LINUX_KERNEL_VERSION", "var", INT, ".kconfig"),
        Extern("no_such_kernel_variable", "var", INT, ".ksyms", weak=True),
    )
    return Module("GPL", (function("version", text, section="tc"),), externs=externs)


def congestion_control(kernel: Btf, name: str) -> Module:
    """A table of type struct tcp_congestion_ops whose window never moves."""
    struct_id = kernel.find("tcp_congestion_ops", ("struct",))
    assert struct_id is not None
    struct = kernel.type(struct_id)
    places = {member.name: member.bit_offset // 8 for member in struct.members}
    data = bytearray(struct.size)
    data[places["name"] : places["name"] + len(name)] = name.encode()
    two = "r0 = 0x2\nexit"
    ten = "r0 = 0xa\nexit"
    keep = "r0 = 0x0\nexit"
    programs = (
        function("ssthresh", two, section="struct_ops/ssthresh"),
        function("undo_cwnd", ten, section="struct_ops/undo_cwnd"),
        function("cong_avoid", keep, section="struct_ops/cong_avoid"),
    )
    relocs = tuple((places[program.name], program.name) for program in programs)
    table = DataVar("table", ".struct_ops", CKernel(struct_id), bytes(data), 8, relocs)
    return Module("GPL", programs, data=(table,))


def shared_subprogram() -> Module:
    """Two programs in one section; both call a static function, which calls a global one."""
    first = "r1 = 0x14\ncall pc-0x1 ; @call twice_plus_one\nexit"
    second = "r1 = 0x1e\ncall pc-0x1 ; @call twice_plus_one\nr6 = r0\nr1 = 0x1\ncall pc-0x1 ; @call plus_one\nr0 += r6\nexit"
    twice = "r1 += r1\ncall pc-0x1 ; @call again\nr1 = r0\ncall pc-0x1 ; @call plus_one\nexit"
    params = (("n", INT),)
    return Module(
        "Dual BSD/GPL",
        (
            function("first", first, section="tc"),
            function("plus_one", "w0 = w1\nw0 += 0x1\nexit", "global", params=params),
            function("twice_plus_one", twice, "static", params=params),
            function("second", second, section="tc"),
            function("again", "r0 = r1\nexit", "static", params=params),
        ),
    )


PAIR = CStruct("pair", 16, (("n", U64, 0), ("text", CArray(CHAR, 8), 64)))


def maps_and_globals() -> Module:
    """Counts its runs in a hash, an array and .bss; `.data` is added to `.rodata`'s start, read and written back."""
    text = """
        w1 = 0x5
        *(u32 *)(r10 - 0x4) = w1
        r2 = r10
        r2 += -0x4
        r1 = map_fd(0x0) ll ; @map pairs
        call 0x1
        if r0 == 0x0 goto missing
        r1 = 0x1
        lock *(u64 *)(r0 + 0x0) += r1
    missing:
        w1 = 0x1
        *(u32 *)(r10 - 0x4) = w1
        r2 = r10
        r2 += -0x4
        r1 = 0x0 ll ; @map slots
        call 0x1
        if r0 == 0x0 goto out
        r1 = 0x3
        *(u64 *)(r0 + 0x0) = r1
        r1 = map_value(0x0, 0x0) ll ; @global runs
        r2 = *(u64 *)(r1 + 0x0)
        r2 += 0x1
        *(u64 *)(r1 + 0x0) = r2
        r1 = 0x0 ll ; @global step
        w0 = *(u32 *)(r1 + 0x0)
        r2 = 0x0 ll ; @global limits+0x4
        w2 = *(u32 *)(r2 + 0x0)
        w0 += w2
        *(u32 *)(r1 + 0x0) = w0
    out:
        exit
    """
    return Module(
        "GPL",
        (function("count", text, section="tc"),),
        (
            MapDef("pairs", HASH, U32, PAIR, 4, 16, 100, flags=1),
            MapDef("slots", ARRAY, U32, U64, 4, 8, 4),
            MapDef("records", RINGBUF, None, PAIR, 0, 0, 4096, record="pair"),
        ),
        (
            DataVar("flag", ".data", CHAR, b"\1", 1),
            DataVar("step", ".data", U32, (7).to_bytes(4, "little"), 4),
            DataVar("limits", ".rodata", CArray(U32, 2), (50).to_bytes(4, "little") + (100).to_bytes(4, "little"), 4),
            DataVar("runs", ".bss", U64, bytes(8), 8),
        ),
        notes=notes.encode({"options": []}),
    )


# bpf_get_current_task_btf (Linux 5.11) and a direct load; bpf_get_current_task and bpf_probe_read_kernel.
DIRECT = """
        call 0x9e
        r6 = 0x0 ll ; @global seen
        w1 = *(u32 *)(r0 + 0x0) ; @core offset
        *(u32 *)(r6 + 0x0) = w1
"""
READ = """
        call 0x23
        r6 = 0x0 ll ; @global seen
        r1 = r6
        w2 = 0x4
        r3 = r0
        r3 += 0x0 ; @core offset
        call 0x71
"""


def current_tgid(kernel: Btf, load: str = DIRECT) -> Module:
    """task->tgid and what CO-RE says of it, in the object's globals; `kernel` may differ from the running one's."""
    task = kernel.find("task_struct", ("struct",))
    assert task is not None
    index = next(i for i, member in enumerate(kernel.type(task).members) if member.name == "tgid")
    cores = {
        "offset": CoreRef("byte_off", task, f"0:{index}"),
        "size": CoreRef("byte_sz", task, f"0:{index}"),
        "exists": CoreRef("field_exists", task, f"0:{index}"),
        "struct": CoreRef("type_size", task, "0"),
    }
    rest = """
        r2 = 0x0
        r2 += 0x0 ; @core offset
        *(u32 *)(r6 + 0x4) = w2
        w2 = 0x0 ; @core size
        *(u32 *)(r6 + 0x8) = w2
        r2 = 0x0 ll ; @core exists
        *(u32 *)(r6 + 0xc) = w2
        w2 = 0x0 ; @core struct
        *(u32 *)(r6 + 0x10) = w2
        r0 = 0x0
        exit
    """
    return Module(
        "GPL",
        (function("current", load + rest, section="raw_tracepoint/sys_enter", cores=cores),),
        data=(DataVar("seen", ".bss", CArray(U32, 5), bytes(20), 4),),
    )


def core_answers(refs: tuple[CoreRef, ...]) -> Module:
    """The answer to each question as an u64 of `answers`."""
    text = "r1 = 0x0 ll ; @global answers\n"
    for i in range(len(refs)):
        text += f"r2 = 0x0 ll ; @core {i}\n*(u64 *)(r1 + {8 * i:#x}) = r2\n"
    cores = {str(i): ref for i, ref in enumerate(refs)}
    entry = function("ask", text + "r0 = 0x0\nexit", section="tc", cores=cores)
    return Module("GPL", (entry,), data=(DataVar("answers", ".bss", CArray(U64, len(refs)), bytes(8 * len(refs)), 8),))


def nested_maps() -> Module:
    """A pinned map, a map of maps with two of its slots filled, and a program array that starts with one program."""
    inner = MapDef("inner", ARRAY, U32, U64, 4, 8, 4)
    enter = """
        r6 = r1
        w1 = 0x2
        *(u32 *)(r10 - 0x4) = w1
        r2 = r10
        r2 += -0x4
        r1 = map_fd(0x0) ll ; @map outer
        call 0x1
        if r0 == 0x0 goto out
        w1 = 0x0
        *(u32 *)(r10 - 0x4) = w1
        r2 = r10
        r2 += -0x4
        r1 = r0
        call 0x1
        if r0 == 0x0 goto out
        r1 = 0x2a
        *(u64 *)(r0 + 0x0) = r1
        r1 = r6
        r2 = map_fd(0x0) ll ; @map targets
        r3 = 0x1
        call 0xc
    out:
        r0 = 0x0
        exit
    """
    return Module(
        "GPL",
        (
            function("enter", enter, section="tc"),
            function("target", "r0 = 0x63\nexit", section="tc"),
        ),
        (
            MapDef("kept", HASH, U32, U64, 4, 8, 10, pinning=1),
            MapDef("one", ARRAY, U32, U64, 4, 8, 4),
            MapDef("two", ARRAY, U32, U64, 4, 8, 4),
            MapDef("outer", ARRAY_OF_MAPS, None, None, 4, 4, 5, inner=inner, values=((0, "one"), (2, "two"))),
            MapDef("targets", PROG_ARRAY, None, None, 4, 4, 3, values=((1, "target"),)),
        ),
    )


def function_table() -> Module:
    """Function addresses in data: libbpf leaves them alone, so this one is only read back."""
    pointer = CPtr(CFunc(INT, CTX))
    return Module(
        "GPL",
        (
            function("entry", "r0 = 0x0\nexit", section="tc"),
            function("pad", "r0 = 0x0\nexit", "static"),
            function("handler", "r0 = 0x1\nexit", "callback"),
        ),
        data=(DataVar("handlers", ".data", CArray(pointer, 3), bytes(24), 8, ((8, "entry"), (16, "handler"))),),
    )
