"""The context: its fields by name, from kernel.contexts, the program's own class, a tracepoint's record, or pt_regs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.addresses import from_text
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import swap, untested
from rucy.lang.checker.state import Site, may_be_nil
from rucy.lang.storage import BytesStorage
from rucy.lang.types import BOOL, S64, U64, BoolType, BytesType, CtxType, IntType, PtrType, StrType
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span


_IP6 = BytesType(BytesStorage(16, "ip6"))


class CtxField(NamedTuple):
    """One name: `(width bytes at offset >> shift) & mask`; `elems` > 1 is an array. `ptr` as kernel.contexts has it."""

    offset: int
    width: int
    signed: bool = False
    net: int = 0
    shift: int = 0
    mask: int = 0
    elems: int = 1
    writable: bool | tuple[str, ...] = False
    readable: bool | tuple[str, ...] = True
    ptr: str | None = None
    since: str = ""


class Layout(NamedTuple):
    """`spelled`: what the whole is called in messages."""

    spelled: str
    fields: dict[str, CtxField]


class CtxPlace(typed.Node):
    """An array in the context, before an index picks an element; `ip6`: it is an address. Only while checking."""

    __slots__ = ("field", "ip6")
    field: CtxField
    ip6: bool


def raw(ck: Checker, node: tree.Send) -> typed.Node:
    return typed.Ctx(node.span, CtxType(ck.site.context))


def layout(ck: Checker, row: str) -> Layout | None:
    """The fields behind a CtxType's row; None where it has none to name."""
    known: Layout | None = ck.layouts.get(row)
    if known is None and row and not row.startswith(("class ", "event ", "format ")):
        known = ck.layouts[row] = _pt_regs(ck) if row == "pt_regs" else _from_table(ck, row)
    return known


def _from_table(ck: Checker, name: str) -> Layout | None:
    from rucy.kernel.contexts import BY_NAME

    row = BY_NAME.get(f"{name}@{ck.target.arch}") or BY_NAME.get(name)
    if row is None:
        return None
    fields = {
        f.name: CtxField(f.offset, f.size, f.signed, f.net_bits if f.order == "net" else 0, 0, 0, f.elems, f.writable,
                         f.readable, f.ptr, f.since)
        for f in row.fields
    }  # fmt: skip
    for part in row.derived:
        whole = fields[part.field]
        fields[part.name] = whole._replace(shift=part.shift, mask=part.mask, writable=False)
    return Layout(row.struct, fields)


def _pt_regs(ck: Checker) -> Layout:
    from rucy.kernel.arch import TARGETS

    arch = TARGETS[ck.target.arch]
    registers = (*arch.args, *arch.syscall_args, arch.result, arch.stack, arch.ip)
    return Layout(f"struct {arch.pt_regs}", {r.name: CtxField(r.offset, 8) for r in registers})


def size_of(ck: Checker, row: str) -> int:
    """Bytes of a context; 0 where they are not known."""
    from rucy.kernel.arch import TARGETS
    from rucy.kernel.contexts import BY_NAME

    if row == "pt_regs":
        return TARGETS[ck.target.arch].pt_regs_size
    found = BY_NAME.get(f"{row}@{ck.target.arch}") or BY_NAME.get(row)
    return found.size if found is not None else 0


# ---------------------------------------------------------------- reading and writing


def member(ck: Checker, node: tree.Send, type_: CtxType) -> tree.Node | typed.Node | None:
    """`ctx.name`, `ctx.name = v`."""
    if type_.row.startswith("event "):
        return _event(ck, node, [int(record) for record in type_.row[6:].split()])
    if type_.row.startswith("format "):
        from rucy.lang.checker import event_format

        text = event_format.member(ck, node, type_.row)
        if text is not None:
            return text
    found = layout(ck, type_.row)
    name = node.name
    store = name.endswith("=") and name[:-1].isidentifier()
    bare = name[:-1] if store else name
    field = found.fields.get(bare) if found is not None else None
    if found is None or field is None:
        if "data_end" in (found.fields if found is not None else ()):
            from rucy.lang.checker import packets

            part = packets.member(ck, node, type_)
            if part is not None:
                return part
        if ("Any", name) in ck.dialect.methods:
            return None
        return _no_field(ck, node, found, bare, type_)
    if field.elems > 1 and store is False and not node.args:
        ip6 = name.endswith("_ip6")
        return CtxPlace(node.span, _IP6 if ip6 else IntType(), field, ip6)
    if not _may(field.readable, ck.site):
        return ck.say("ContextUnreadable", node.name_span, name=bare, what=found.spelled, hook=_hook(ck))
    if field.since:
        ck.need(field.since, f"`{found.spelled}` field `{bare}`", node.name_span)
    if store:
        return _store(ck, node, found, bare, field)
    if node.args or node.block is not None:
        return ck.say("WrongArity", node.name_span, name=name, takes=0, given=len(node.args))
    return _load(ck, node, bare, field)


def _may(who: bool | tuple[str, ...], site: Site) -> bool:
    return who if isinstance(who, bool) else site.prog_type in who or site.attach_type in who


def _hook(ck: Checker) -> str:
    return ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type


def _no_field(ck: Checker, node: tree.Send, found: Layout | None, name: str, type_: CtxType) -> typed.Node:
    from rucy.lang.checker import packets
    from rucy.lang.checker.suggest import did_you_mean

    for arg in node.args:
        if not isinstance(arg, tree.Sym | tree.Range):
            ck.expr(arg)
    if found is None:
        return ck.say("NoContext", node.name_span, name=name, hook=_hook(ck))
    names = [n for n, f in found.fields.items() if f.ptr is None and _may(f.readable, ck.site)]
    names += packets.names(ck, type_)
    return ck.say("NoContextField", node.name_span, name=name, what=found.spelled,
                  suggestion="; did you mean `size`?" if name == "len" and "size" in names else did_you_mean(name, names),
                  names=", ".join(names), instead=_for_index(node, "u8" in names))  # fmt: skip


def _for_index(node: tree.Send, bytes_: bool) -> str:
    """What to write for `e[:field]`, `e["field"]` or, of a packet, `pkt[0]`; "" for anything else."""
    if node.name != "[]" or len(node.args) != 1 or node.recv is None:
        return ""
    recv, index = node.recv.span.text, node.args[0]
    match index:
        case tree.Sym():
            return f"a field has its name: `{recv}.{index.name}`"
        case tree.Str():
            return f"a field has its name: `{recv}.{index.value.decode('utf-8', 'replace')}`"
        case tree.Range():
            return "take bytes one by one, or a header" if bytes_ else ""
    return f"a byte of it is `{recv}.u8({index.span.text})`, nil behind its end" if bytes_ else ""


def _load(ck: Checker, node: tree.Send, name: str, field: CtxField) -> typed.Node:
    if field.ptr is not None:
        return _pointer(ck, node, name, field)
    type_ = IntType(field.signed and not field.mask, field.net, "ip4" if name.endswith("_ip4") else "")
    return typed.CtxLoad(node.span, type_, field.offset, field.width, field.signed, field.shift, field.mask)


def _pointer(ck: Checker, node: tree.Send, name: str, field: CtxField) -> typed.Node:
    assert field.ptr is not None
    if field.ptr.startswith("btf:"):
        from rucy.lang.checker.kernel_types import named

        type_ = PtrType(named(ck, field.ptr[4:]), True, True)
        return typed.CtxLoad(node.span, type_, field.offset, field.width, False, 0, 0)
    if field.ptr.startswith("sock"):
        from rucy.lang.checker.kernel_types import named

        type_ = PtrType(named(ck, "bpf_sock"), True, field.ptr.endswith("_or_null"), False, True, "common" in field.ptr)
        return typed.CtxLoad(node.span, type_, field.offset, field.width, False, 0, 0)
    from rucy.kernel.packets import ACCESS
    from rucy.lang.errors.kernel import BYTES_BY_HELPER, BYTES_OF_PACKET

    advice = BYTES_OF_PACKET if ck.site.prog_type in ACCESS else BYTES_BY_HELPER
    return ck.say("ContextPointer", node.name_span, name=name, advice=advice)


def element(ck: Checker, node: tree.Send, place: CtxPlace) -> typed.Node:
    """`ctx.cb[0]`."""
    if len(node.args) != 1:
        return ck.say("WrongArity", node.name_span, name="[]", takes=1, given=len(node.args))
    field = _element(ck, node, place)
    if isinstance(field, typed.Node):
        return field
    if not _may(field.readable, ck.site):
        return ck.say("ContextUnreadable", place.span, name=place.span.text, what="the context", hook=_hook(ck))
    type_ = IntType(field.signed, field.net)
    return typed.CtxLoad(node.span, type_, field.offset, field.width, field.signed, 0, 0)


def address_value(ck: Checker, place: CtxPlace) -> typed.Node:
    """`ctx.user_ip6` as a value."""
    field = place.field
    if not _may(field.readable, ck.site):
        return ck.say("ContextUnreadable", place.span, name=place.span.text, what="the context", hook=_hook(ck))
    words = tuple(typed.CtxLoad(place.span, U64, field.offset + 4 * at, 4, False, 0, 0) for at in range(4))
    return typed.CtxBytes(place.span, _IP6, words)


def store_element(ck: Checker, node: tree.Send, place: CtxPlace) -> typed.Node:
    """`ctx.cb[0] = v`."""
    field = _element(ck, node, place)
    if isinstance(field, typed.Node):
        ck.expr(node.args[-1])
        return field
    found = layout(ck, ck.site.context)
    name = place.span.text.rpartition(".")[2]
    return _store(ck, node, found or Layout("the context", {}), name, field)


def _element(ck: Checker, node: tree.Send, place: CtxPlace) -> CtxField | typed.Node:
    """One element as a field of its own: only constant places, as the verifier asks of the context."""
    index = ck.value(node.args[0])
    if not settled(index.type):
        return index
    field = place.field
    if not isinstance(index, typed.Int):
        return ck.say("ContextIndex", index.span, count=field.elems)
    if not 0 <= index.value < field.elems:
        return ck.say("IndexOutside", index.span, index=index.value, count=field.elems, text=place.span.text)
    return field._replace(offset=field.offset + index.value * field.width, elems=1)


def _store(ck: Checker, node: tree.Send, found: Layout, name: str, field: CtxField) -> typed.Node:
    value = ck.value(node.args[-1])
    if not _may(field.writable, ck.site):
        names = [n for n, f in found.fields.items() if _may(f.writable, ck.site)]
        return ck.say("ContextReadOnly", node.name_span, name=name, what=found.spelled, hook=_hook(ck),
                      names=", ".join(names) or "none")  # fmt: skip
    if field.elems > 1:
        return ck.say("WholeArray", node.span, text=node.span.text)
    value = from_text(ck, value, "ip4" if name.endswith("_ip4") else "")
    if not settled(value.type):
        return value
    if may_be_nil(value.type):
        return untested(ck, value)
    if not isinstance(value.type, IntType):
        return ck.say("ContextValue", value.span, name=name, have=ck.called(value.type))
    have = value.type.net
    if field.net and isinstance(value, typed.Int) and not have:
        if not 0 <= value.value < 1 << field.net:
            return ck.say("NetworkConstant", value.span, value=value.value, bits=field.net)
        value = typed.Int(value.span, IntType(False, field.net), swap(value.value, field.net))
        have = field.net
    if have != field.net:
        turn = {16: "htons", 32: "htonl"} if field.net else {16: "ntohs", 32: "ntohl"}
        return ck.say("StoreOrder", value.span, name=name, text=value.span.text,
                      convert=turn.get(field.net or have, "ntohl"),
                      order="network" if field.net else "host")  # fmt: skip
    return typed.CtxStore(node.span, value.type, field.offset, field.width, value)


# ---------------------------------------------------------------- a tracepoint's record


def _event(ck: Checker, node: tree.Send, records: list[int]) -> tree.Node | typed.Node | None:
    """A field of an event whose class differs between kernels: of the first class, the newest, that the kernel has. The
    others count where they have the field and it is of the same type."""
    from rucy.lang.checker import kernel_types as kt
    from rucy.lang.checker.coerce import coerce

    base = ck.open_btf()
    own = next((record for record in records if record < base.end_id), records[0])
    value = _event_field(ck, node, own)
    if len(records) == 1 or not isinstance(value, typed.Node):
        return value
    value = kt.materialize(ck, value)
    if not settled(value.type) or not isinstance(value.type, IntType | StrType | PtrType | BoolType):
        return value
    found = {own: value}
    for record in records:
        if record != own and _has(ck, record, node.name):
            field = _event_field(ck, node, record)
            assert isinstance(field, typed.Node)
            other = kt.materialize(ck, field)
            if other.type == value.type or isinstance(other.type, StrType) and isinstance(value.type, StrType):
                found[record] = other
    if isinstance(value.type, StrType):  # of a field in one class, of the text behind the record in another
        room = StrType(max(each.type.size for each in found.values() if isinstance(each.type, StrType)))
        value, found = coerce(ck, value, room), {record: coerce(ck, each, room) for record, each in found.items()}
    chosen: typed.Node | None = None
    for record in reversed([record for record in records if record in found]):
        exists = typed.CoreQuery(node.span, BOOL, "type_exists", record, "0")
        chosen = found[record] if chosen is None else typed.If(node.span, value.type, exists, found[record], chosen)
    return chosen


def _has(ck: Checker, record: int, name: str) -> bool:
    from rucy.btf.access import find_member
    from rucy.lang.checker.overlay import LOCATOR

    return any(find_member(ck.btf(), record, spelled) is not None for spelled in (name, LOCATOR + name))


def _event_field(ck: Checker, node: tree.Send, struct: int) -> tree.Node | typed.Node | None:
    """A field of the event by name, loaded from the context at its relocated place; `__data_loc` strings as strings."""
    from rucy.btf.access import find_member, member_names
    from rucy.lang.checker import kernel_types as kt
    from rucy.lang.checker.overlay import LOCATOR, find

    btf, name = ck.btf(), node.name
    base = typed.Ctx(node.span, PtrType(struct, True, False))
    if name.endswith("=") and name[:-1].isidentifier():
        ck.expr(node.args[0])
        return ck.say("KernelWrite", node.span, text=node.span.text)
    call = btf.name(struct) in _CALL_RECORDS and not node.args
    if call and name in ("id", "__syscall_nr"):
        return _call_number(ck, node.span, base, struct)
    found = find_member(btf, struct, name)
    located = find_member(btf, struct, LOCATOR + name)
    array = kt.place(node.span, base, struct, found.indices, found.type_id, found.bitfield_size) if found else None
    locator = kt.place(node.span, base, struct, located.indices, located.type_id) if located else None
    if not node.args and (array is None) != (locator is None):
        kt.read_text(ck, node.span, False)
        other = find(ck, btf.name(struct), (LOCATOR if locator is None else "") + name)
        if other is not None:
            missing = kt.place(node.span, base, other[0], (other[1],), other[2])
            exists = typed.CoreQuery(node.span, BOOL, "field_exists", other[0], f"0:{other[1]}")
            there = (_located(ck, missing), _start(ck, array)) if array else (_start(ck, missing), _located(ck, locator))
            at: typed.Node = typed.If(node.span, U64, exists, *there)
            return typed.ReadString(node.span, StrType(EVENT_STRING), at, False)
        return array if array else typed.ReadString(node.span, StrType(EVENT_STRING), _located(ck, locator), False)
    if ("Any", name) in ck.dialect.methods:
        return None
    more: list[str] = []
    if call:
        from rucy.lang.checker.arguments import of_system_call, system_call

        argument = of_system_call(ck, name, node.span)
        if argument is not None:
            return argument
        more = [one.name for one in system_call(ck)]
    from rucy.lang.checker.suggest import did_you_mean

    names = [n.removeprefix(LOCATOR) for n in member_names(btf, struct) if n not in ("ent", "__data")] + more
    return ck.say("NoContextField", node.name_span, name=name, what=f"event {btf.name(struct)[16:]}",
                  suggestion=did_you_mean(name, names), names=", ".join(names), instead=_for_index(node, False))  # fmt: skip


#: Classes of `raw_syscalls:sys_enter`, `_exit`, and of all events of the group `syscalls`.
_CALL_RECORDS = ("trace_event_raw_sys_enter", "trace_event_raw_sys_exit")


def _call_number(ck: Checker, span: Span, base: typed.Node, struct: int) -> typed.Node | None:
    """The number of the system call: `long id` in the class. Events of the group `syscalls` have `int __syscall_nr` there
    (struct syscall_tp_t of kernel/trace/trace_syscalls.c), and whatever lay on the stack in the four bytes behind."""
    from rucy.btf.access import find_member
    from rucy.lang.checker import kernel_types as kt

    found = find_member(ck.btf(), struct, "id")
    if found is None:
        return None
    number = kt.materialize(ck, kt.place(span, base, struct, found.indices, found.type_id))
    for op in ("shl", "shr"):
        number = typed.Prim(span, S64, op, (number, typed.Int(span, U64, 32)), 0)
    return number


EVENT_STRING = 64  # bytes of a string behind the record that are read


def _located(ck: Checker, place: typed.Node | None) -> typed.Node:
    """The address of a string that a __data_loc field tells: offset from the record in its low half."""
    from rucy.lang.checker import kernel_types as kt

    assert place is not None
    where = kt.materialize(ck, place)
    offset = typed.Prim(place.span, U64, "and", (where, typed.Int(place.span, U64, 0xFFFF)), 0)
    record = typed.PtrCast(place.span, U64, typed.Ctx(place.span, CtxType("event 0")))
    return typed.Prim(place.span, U64, "add", (record, offset), 0)


def _start(ck: Checker, place: typed.Node) -> typed.Node:
    """The address of an array in the record."""
    from rucy.lang.checker import kernel_types as kt

    return typed.PtrCast(place.span, U64, kt.address(ck, place))


# ---------------------------------------------------------------- the program's own layout

_STORAGE = {
    "u8": (1, False), "u16": (2, False), "u32": (4, False), "u64": (8, False), "i8": (1, True), "i16": (2, True),
    "i32": (4, True), "i64": (8, True), "bool": (1, False), "char": (1, False), "ip4": (4, False),
}  # fmt: skip


def from_class(ck: Checker, struct: tree.Struct, kernel_row: str) -> str:
    """A class as the layout of the context: offsets follow the sizes and C alignment. The CtxType row for it."""
    row = f"class {struct.name}"
    limit = size_of(ck, kernel_row)
    table = layout(ck, kernel_row)
    fields: dict[str, CtxField] = {}
    at = 0
    for attr in struct.attrs:
        word, count = attr.type if isinstance(attr.type, tuple) else (attr.type, 1)
        if word is not None and word not in _STORAGE:
            ck.say("ContextAttrType", attr.span, name=attr.name, type=word)
        size, signed = _STORAGE.get(word or "", (4, False))  # what has been refused leads to no other refusal
        at = (at + size - 1) // size * size
        if word in _STORAGE and limit and at + size * count > limit:
            ck.say("ContextTooLarge", attr.span, name=attr.name, end=at + size * count, what=table.spelled if table else
                   kernel_row, size=limit)  # fmt: skip
            break
        _check_offset(ck, struct, attr, at, table)
        fields[attr.name] = CtxField(at, size, signed, elems=count, writable=_writable_at(table, at, size))
        at += size * count
    ck.layouts[row] = Layout(struct.name, fields)
    return row


def _check_offset(ck: Checker, struct: tree.Struct, attr: tree.Attr, at: int, table: Layout | None) -> None:
    """Warns of an attr that has a kernel field's name and another's place."""
    own = table.fields.get(attr.name) if table is not None else None
    if table is None or own is None or own.offset == at:
        return
    before = [f"`{name}` {field.width}" for name, field in table.fields.items() if field.offset < own.offset and not field.mask]
    ck.say("ContextAttrOffset", attr.span, name=attr.name, at=at, right=own.offset, all=", ".join(before) or "none")


def _writable_at(table: Layout | None, offset: int, size: int) -> bool | tuple[str, ...]:
    if table is None:
        return False
    for field in table.fields.values():
        if field.offset == offset and field.width == size and not field.mask:
            return field.writable
    return False
