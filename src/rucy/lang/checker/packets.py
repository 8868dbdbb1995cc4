"""Packets: headers, their fields, bytes at an offset, the results and calls that are about them.

A header is an address in the packet (or of a copy of its bytes, where the hook gives no direct access), nil when the
packet has none. A call that moves the packet makes every header taken before it stale: `Flow.stale`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.kernel.addresses import IP4
from rucy.kernel.packets import ACCESS, BY_WORD, Access, Header, HeaderField
from rucy.lang import tree, typed
from rucy.lang.checker.addresses import from_text
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.exprs import is_plain
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import swap, untested
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.storage import BytesStorage
from rucy.lang.types import BOOL, NIL, S64, U64, BytesType, CtxType, HeaderType, IntType, OptType, SymType, Type

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

_NUMBERS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}
_PUTS = {f"set_{name}": width for name, width in _NUMBERS.items()}
_FARTHEST = 0xFFFF  # MAX_PACKET_OFF of kernel/bpf/verifier.c
CONTEXTS = ("__sk_buff", "xdp_md")


class Part(typed.Node):
    """A part of a header before it is a value: a struct in place (`field` None; `prefix` its name), an array, an address. Its
    type is the header's. Only while checking."""

    __slots__ = ("base", "prefix", "field")
    base: typed.Node
    prefix: str
    field: HeaderField | None


# ---------------------------------------------------------------- the packet


def access(ck: Checker, type_: CtxType) -> Access | None:
    """How this program gets at the packet; None where there is none."""
    return ACCESS.get(ck.site.prog_type) if type_.row in CONTEXTS else None


def names(ck: Checker, type_: CtxType) -> list[str]:
    """What a packet has besides its context's fields."""
    return [*BY_WORD, "at", *_NUMBERS, *_PUTS, "size"] if access(ck, type_) is not None else []


def member(ck: Checker, node: tree.Send, type_: CtxType) -> typed.Node | None:
    """`pkt.ipv4`, `pkt.at("struct iphdr", 14)`, `pkt.u8(3)`, `pkt.size`; None of any other name."""
    how = access(ck, type_)
    if how is None or node.name not in names(ck, type_):
        return None
    takes = {"at": 2, **dict.fromkeys(_NUMBERS, 1), **dict.fromkeys(_PUTS, 2)}.get(node.name, 0)
    if len(node.args) != takes or node.kwargs:
        for arg in node.args:
            ck.expr(arg)
        return ck.say("WrongArity", node.name_span, name=node.name, takes=takes, given=len(node.args))
    if node.block is not None:
        return ck.say("NoBlock", node.name_span, name=node.name)
    ctx = typed.Ctx(node.span, type_)
    if node.name == "size":
        return typed.PacketSize(node.span, U64, ctx)
    if node.name == "at":
        return _at(ck, node, ctx, how)
    if node.name in _NUMBERS:
        width = _NUMBERS[node.name]
        offset = _offset(ck, node.args[0], width)
        return offset if not settled(offset.type) else typed.PacketNumber(node.span, OptType(U64), ctx, width, offset)
    if node.name in _PUTS:
        return _put(ck, node, ctx, how)
    row = BY_WORD[node.name]
    if how.layer == "" or (how.layer == "L3" and row.layer in ("L2", "tag")):
        return typed.Nil(node.span, NIL)
    header = HeaderType(row.name, row.size, how.how == "copy")
    return typed.PacketHeader(node.span, OptType(header), ctx, row.name, None)


def _put(ck: Checker, node: tree.Send, ctx: typed.Node, how: Access) -> typed.Node:
    """`pkt.set_u16(offset, number)`: the number as the wire means it; false where that is out of bounds."""
    from rucy.lang.checker.ints import interval

    width = _PUTS[node.name]
    offset = _offset(ck, node.args[0], width)
    value = ck.value(node.args[1])
    if not how.write:
        return _read_only(ck, node.span, node.name)
    if not settled(offset.type) or not settled(value.type):
        return bad(node.span)
    if may_be_nil(value.type):
        return untested(ck, value)
    ready = _ready(ck, value, HeaderField(node.name, 0, width, 0), node.name)
    if not settled(ready.type):
        return ready
    low, high = interval(ck, offset)
    reach = high + width if low >= 0 and high <= _FARTHEST - width else _FARTHEST
    return typed.PacketPut(node.span, BOOL, ctx, width, offset, ready, reach)


def _read_only(ck: Checker, span: Span, name: str) -> typed.Node:
    hook = ck.site.hook.word if ck.site.hook is not None else ck.site.prog_type
    return ck.say("PacketReadOnly", span, name=name, hook=hook)


def _offset(ck: Checker, arg: tree.Node, size: int) -> typed.Node:
    """Where bytes of the packet begin: a host Integer."""
    offset = ck.value(arg)
    if not settled(offset.type):
        return offset
    if may_be_nil(offset.type):
        return untested(ck, offset)
    if not isinstance(offset.type, IntType) or offset.type.net:
        return ck.say("PacketOffsetKind", offset.span, text=offset.span.text, have=ck.called(offset.type))
    if isinstance(offset, typed.Int) and not 0 <= offset.value <= _FARTHEST - size:
        return ck.say("PacketOffset", offset.span, at=offset.value, last=_FARTHEST - size)
    return offset


def _at(ck: Checker, node: tree.Send, ctx: typed.Node, how: Access) -> typed.Node:
    text = node.args[0]
    if not isinstance(text, tree.Str):
        ck.expr(node.args[1])
        return ck.say("PacketStruct", text.span)
    layout = _struct(ck, text)
    offset = _offset(ck, node.args[1], layout.size if layout is not None else 1)
    if layout is None or not settled(offset.type):
        return bad(node.span)
    header = HeaderType(layout.struct, layout.size, how.how == "copy")
    return typed.PacketHeader(node.span, OptType(header), ctx, "at", offset)


def _struct(ck: Checker, text: tree.Str) -> Header | None:
    """The layout of "struct x": a row of the table, or what the kernel's types say."""
    name = text.value.decode("utf-8", "replace")
    row = next((row for row in BY_WORD.values() if row.struct == name), None)
    if row is None:
        row = ck.layouts.get(f"packet {name}")
    if row is None:
        from rucy.lang.checker.kernel_types import find_type

        btf = ck.btf()
        found = find_type(btf, name)
        if found is None or btf.kind(btf.strip(found)) not in ("struct", "union"):
            from rucy.lang.checker.suggest import type_name

            best = type_name(ck, name)
            ck.say("NoType", text.span, text=name, suggestion=f'; did you mean "{best}"?' if best else "")
            return None
        fields: list[HeaderField] = []
        _flatten(btf, found, "", 0, fields)
        row = Header("at", name, btf.size(found), "", 0, tuple(fields))
    if not 0 < row.size <= 256:
        ck.say("PacketStructSize", text.span, text=name, size=row.size)
        return None
    ck.layouts[f"packet {name}"] = row
    return row


def _flatten(btf: Any, type_id: int, prefix: str, at: int, out: list[HeaderField]) -> None:
    """The fields of a struct of the kernel's, members of structs in place by names with a dot."""
    from rucy.btf.types import Array, Enum, Enum64, Int, Struct, Union
    from rucy.lang.checker.kernel_types import net_bits

    for part in btf.type(btf.strip(type_id)).members:
        if len(out) > 200:
            return
        offset, name, inner = at + part.bit_offset // 8, prefix + part.name, btf.type(btf.strip(part.type_id))
        match inner:
            case Struct() | Union():
                _flatten(btf, part.type_id, f"{name}." if part.name else prefix, offset, out)
            case Int() | Enum() | Enum64() if part.bitfield_size:
                first = part.bit_offset - 8 * at
                unit = next(size for size in (1, 2, 4, 8) if first % (8 * size) + part.bitfield_size <= 8 * size)
                shift = first % (8 * unit)
                out.append(HeaderField(name, at + (first - shift) // 8, unit, 0, shift, part.bitfield_size))
            case Int() | Enum() | Enum64() if inner.size <= 8:
                signed = getattr(inner, "signed", False) or bool(getattr(inner, "encoding", 0) & 1)
                out.append(HeaderField(name, offset, inner.size, net_bits(btf, part.type_id), signed=signed))
            case Array() if btf.size(inner.type_id) in (1, 2, 4, 8) and inner.nelems:
                out.append(HeaderField(name, offset, btf.size(inner.type_id), net_bits(btf, inner.type_id),
                                       elems=inner.nelems))  # fmt: skip


# ---------------------------------------------------------------- fields of a header


def _layout(ck: Checker, type_: HeaderType) -> Header:
    row = BY_WORD.get(type_.name)
    found: Header = row if row is not None else ck.layouts[f"packet {type_.name}"]
    return found


def field(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node | None:
    """`ip.ttl`, `ip.ttl = 3`, `eth.h_dest[0]`, `icmp.un.echo.id`; None where it is no matter of the header's."""
    layout = _layout(ck, _header(recv))
    prefix, base = "", recv
    if isinstance(recv, Part):
        if recv.field is not None and node.name in ("[]", "[]="):
            return _element(ck, node, recv, recv.field)
        prefix, base = f"{recv.prefix}.", recv.base
        if recv.field is not None and not any(f.name.startswith(prefix) for f in layout.fields):
            return None
    store = node.name.endswith("=") and node.name[:-1].isidentifier() and len(node.args) == 1
    name = prefix + (node.name[:-1] if store else node.name)
    found = next((f for f in layout.fields if f.name == name), None)
    inner = any(f.name.startswith(name + ".") for f in layout.fields)
    if found is None and not inner:
        if ("Any", node.name) in ck.dialect.methods:
            return None
        return _no_field(ck, node, layout, prefix, name)
    if store:
        return _store(ck, node, base, found, name)
    if node.args or node.block is not None:
        return ck.say("WrongArity", node.name_span, name=node.name, takes=0, given=len(node.args))
    if found is None:
        return Part(node.span, base.type, base, name, None)
    if found.elems or found.display:
        return Part(node.span, base.type, base, name, found)
    return _load(node.span, base, found)


def _header(node: typed.Node) -> HeaderType:
    assert isinstance(node.type, HeaderType)
    return node.type


def _address_type(found: HeaderField) -> Type:
    return BytesType(BytesStorage(found.size, found.display))


def _is_ip4(found: HeaderField) -> bool:
    return found.name.rpartition(".")[2] in IP4


def _load(span: Span, base: typed.Node, found: HeaderField) -> typed.Node:
    mask = (1 << found.bits) - 1 if found.bits else 0
    type_ = IntType(found.signed and not found.bits, 0 if found.bits else found.net)
    if type_.net == 32 and _is_ip4(found):
        type_ = type_._replace(shown="ip4")
    return typed.PacketField(span, type_, base, found.offset, found.size, found.signed and not found.bits, found.shift, mask)


def _chosen(ck: Checker, node: tree.Send, base: typed.Node, found: HeaderField, index: typed.Node) -> typed.Node:
    """An element by a computed index: a choice of all, for the arrays of headers are short. nil outside of them."""
    from rucy.lang.checker.ints import interval

    span, count = node.span, found.elems or found.size
    low, high = interval(ck, index)
    lead: list[typed.Node] = []
    index, base = _once(ck, index, lead), _once(ck, base, lead)
    of = _load(span, base, _element_of(found, 0)).type
    inside = low >= 0 and high < count
    type_: Type = of if inside else OptType(of)
    chosen: typed.Node | None = None if inside else typed.Nil(span, type_)
    for at in range(count - 1, -1, -1):
        value = coerce(ck, _load(span, base, _element_of(found, at)), type_)
        chosen = value if chosen is None else typed.If(span, type_, _is_at(span, index, at, count, low), value, chosen)
    assert chosen is not None
    return typed.Seq(span, type_, (*lead, chosen))


def _store_chosen(ck: Checker, node: tree.Send, base: typed.Node, found: HeaderField, index: typed.Node) -> typed.Node:
    """An element is set by a computed index: each of them, if it is that one. Outside nothing is set."""
    from rucy.lang.checker.ints import interval

    span, count = node.span, found.elems or found.size
    low, _ = interval(ck, index)
    lead: list[typed.Node] = []
    index, base = _once(ck, index, lead), _once(ck, base, lead)
    first = _store(ck, node, base, _element_of(found, 0), found.name)
    if not isinstance(first, typed.PacketStore):
        return first
    value = _once(ck, first.value, lead)
    chosen: typed.Node = typed.Nil(span, NIL)
    for at in range(count - 1, -1, -1):
        place = found.offset + at * first.width
        one = typed.PacketStore(span, first.type, base, place, first.width, 0, 0, value)
        done = typed.Seq(span, NIL, (one, typed.Nil(span, NIL)))
        chosen = typed.If(span, NIL, _is_at(span, index, at, count, low), done, chosen)
    return typed.Seq(span, value.type, (*lead, chosen, value))


def _once(ck: Checker, value: typed.Node, lead: list[typed.Node]) -> typed.Node:
    """A value that is wanted more than once, in a temporary unless it is plain."""
    if is_plain(value):
        return value
    temp = ck.temp(value.type, value.span)
    lead.append(typed.Write(value.span, value.type, temp, value))
    return typed.Read(value.span, value.type, temp)


def _element_of(found: HeaderField, at: int) -> HeaderField:
    size = found.size if found.elems else 1
    return HeaderField(found.name, found.offset + at * size, size, found.net if found.elems else 0)


def _is_at(span: Span, index: typed.Node, at: int, count: int, low: int) -> typed.Node:
    """Is the index that of element `at`, from the start or, where it may be negative, from the end?"""
    test: typed.Node = typed.Prim(span, BOOL, "eq", (index, typed.Int(span, U64, at)), 0)
    if low >= 0:
        return test
    again = typed.Prim(span, BOOL, "eq", (index, typed.Int(span, S64, at - count)), 0)
    return typed.If(span, BOOL, test, typed.Bool(span, BOOL, True), again)


#: what fields are called elsewhere → here
_CALLED = {
    "src": "saddr", "dst": "daddr", "source_ip": "saddr", "src_ip": "saddr", "dst_ip": "daddr", "sport": "source",
    "src_port": "source", "source_port": "source", "dport": "dest", "dst_port": "dest", "dest_port": "dest",
    "proto": "protocol", "next_header": "nexthdr", "next_hdr": "nexthdr", "ethertype": "h_proto", "type": "h_proto",
    "src_mac": "h_source", "dst_mac": "h_dest", "checksum": "check", "csum": "check", "ack_num": "ack_seq",
}  # fmt: skip


def _no_field(ck: Checker, node: tree.Send, layout: Header, prefix: str, name: str) -> typed.Node:
    from rucy.lang.checker.suggest import did_you_mean

    for arg in node.args:
        ck.expr(arg)
    known = [f.name.removeprefix(prefix).partition(".")[0] for f in layout.fields if f.name.startswith(prefix)]
    known = list(dict.fromkeys(known))
    name = name.removeprefix(prefix)
    other = _CALLED.get(name)
    suggestion = f"; did you mean `{other}`?" if other in known else did_you_mean(name, known)
    return ck.say("NoHeaderField", node.name_span, name=name, struct=layout.struct, suggestion=suggestion,
                  names=", ".join(known))  # fmt: skip


def materialize(ck: Checker, node: Part) -> typed.Node:
    """A part of a header as a value."""
    if node.field is None or node.field.elems:
        return ck.say("WholeArray", node.span, text=node.span.text)
    return typed.PacketBytes(node.span, _address_type(node.field), node.base, node.field.offset)


def _element(ck: Checker, node: tree.Send, recv: Part, found: HeaderField) -> typed.Node:
    """`eth.h_dest[0]`, `eth.h_dest[i] = 1`."""
    store = node.name == "[]="
    if len(node.args) != 1 + store:
        return ck.say("WrongArity", node.name_span, name=node.name, takes=1 + store, given=len(node.args))
    index = ck.value(node.args[0])
    count = found.elems or found.size
    if isinstance(index.type, IntType) and not index.type.net and not isinstance(index, typed.Int):
        return (_store_chosen if store else _chosen)(ck, node, recv.base, found, index)
    if not isinstance(index, typed.Int) or not settled(index.type):
        if store:
            ck.expr(node.args[1])
        if may_be_nil(index.type):
            return untested(ck, index)
        return index if not settled(index.type) else ck.say("IndexType", index.span, have=ck.called(index.type))
    at = index.value + count if index.value < 0 else index.value
    if not 0 <= at < count:
        return ck.say("IndexOutside", index.span, index=index.value, count=count, text=recv.span.text)
    one = _element_of(found, at)
    if store:
        return _store(ck, node, recv.base, one, recv.span.text.rpartition(".")[2])
    return _load(node.span, recv.base, one)


def _store(ck: Checker, node: tree.Send, base: typed.Node, found: HeaderField | None, name: str) -> typed.Node:
    value = ck.value(node.args[-1])
    how = ACCESS[ck.site.prog_type]
    if not how.write:
        return _read_only(ck, node.span, name)
    if found is None or (found.elems and not found.display):
        return ck.say("WholeArray", node.span, text=node.span.text)
    value = from_text(ck, value, found.display or ("ip4" if _is_ip4(found) else ""))
    if not settled(value.type):
        return value
    if may_be_nil(value.type):
        return untested(ck, value)
    moved = _stale(ck, base)
    if moved is not None:
        return moved
    if found.display:
        if value.type != _address_type(found):
            return ck.say("HeaderAddress", value.span, name=name, have=ck.called(value.type))
        return typed.PacketStore(node.span, value.type, base, found.offset, found.size, 0, 0, value)
    ready = _ready(ck, value, found, name)
    if not settled(ready.type):
        return ready
    mask = (1 << found.bits) - 1 if found.bits else 0
    return typed.PacketStore(node.span, ready.type, base, found.offset, found.size, found.shift, mask, ready)


def _ready(ck: Checker, value: typed.Node, found: HeaderField, name: str) -> typed.Node:
    """A value in the byte order of the field: a literal is turned here, anything else must be in it."""
    if not isinstance(value.type, IntType):
        return ck.say("ContextValue", value.span, name=name, have=ck.called(value.type))
    if isinstance(value, typed.Int) and not value.type.net:
        bits = found.bits or 8 * found.size
        if not -(1 << bits - 1) <= value.value < 1 << bits or (found.net and value.value < 0):
            return ck.say("HeaderConstant", value.span, value=value.value, name=name, bits=bits, mask=hex((1 << bits) - 1))
        if found.net:
            return typed.Int(value.span, IntType(False, found.net), swap(value.value, found.net))
    if value.type.net != found.net:
        turn = {16: "htons", 32: "htonl"} if found.net else {16: "ntohs", 32: "ntohl"}
        convert = turn.get(found.net or value.type.net, "ntohl")
        return ck.say("StoreOrder", value.span, name=name, text=value.span.text, convert=convert,
                      order="network" if found.net else "host")  # fmt: skip
    return value


def untested_header(ck: Checker, node: typed.Node) -> typed.Node:
    """Refuse the use of a header that may be nil, and show the test."""
    from rucy.lang.checker.results import leaving

    text = node.span.text
    if text.isidentifier():
        return ck.say("MaybeNoHeader", node.span, text=text, test=leaving(ck, text))
    word = text.rpartition(".")[2]
    name = word if word.isidentifier() else "header"
    return ck.say("MaybeNoHeader", node.span, text=text, test=f"{name} = {text}\n{leaving(ck, name)}")


# ---------------------------------------------------------------- moves


def moves(ck: Checker, part: object, seen: set[str] | None = None) -> Span | None:
    """The place of a call in a tree that moves the packet; None if there is none."""
    from rucy.kernel import helpers

    seen = set() if seen is None else seen
    todo = [part]
    while todo:
        one = todo.pop()
        if isinstance(one, tuple):
            todo += reversed(one)
        elif isinstance(one, tree.Node):
            if isinstance(one, tree.Send) and one.recv is None:
                method = ck.unit.methods.get(one.name)
                row = helpers.find(one.name) if method is None else None
                if row is not None and row.changes_packet:
                    return one.name_span
                if method is not None and one.name not in seen:
                    seen.add(one.name)
                    if moves(ck, method.body, seen) is not None:
                        return one.name_span
            todo += [getattr(one, slot) for slot in reversed(one.__slots__)]
    return None


def moved(ck: Checker, span: Span) -> None:
    """A call has moved the packet: the headers that were taken before are stale."""
    held = [var for var in ck.frame.vars.values() if is_header(var.type)]
    if held:
        ck.flow = ck.flow._replace(stale=ck.flow.stale | frozenset(held))
        for var in held:
            ck.layouts[f"moved {id(var)}"] = span


def may_move(ck: Checker, parts: tuple[object, ...]) -> None:
    """At the head of a loop, behind a call: what they run perhaps moves the packet."""
    if any(is_header(var.type) for var in ck.frame.vars.values()):
        at = moves(ck, parts)
        if at is not None:
            moved(ck, at)


def is_header(type_: Type) -> bool:
    return isinstance(type_, HeaderType) or (isinstance(type_, OptType) and isinstance(type_.of, HeaderType))


def _stale(ck: Checker, base: typed.Node) -> typed.Node | None:
    from rucy.lang.checker.control import variable

    while isinstance(base, typed.Unwrap | typed.Convert):
        base = base.value
    var = variable(base)
    return say_moved(ck, var, base.span) if var is not None and var in ck.flow.stale else None


def say_moved(ck: Checker, var: typed.Var, span: Span) -> typed.Node:
    from rucy.source import Note

    at = ck.layouts.get(f"moved {id(var)}")
    notes = (Note(at, "this moves the packet"),) if at is not None else ()
    header = var.type.of if isinstance(var.type, OptType) else var.type
    name = getattr(header, "name", "")
    word = name if name in BY_WORD else f'at("{name}", offset)'
    return ck.say("HeaderMoved", span, *notes, name=var.name, word=word)


# ---------------------------------------------------------------- words


def redirect(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`redirect(ifindex)`: a result of xdp, tc and lwt_xmit; the helper's flags may follow."""
    from rucy.lang.checker import helper_calls
    from rucy.lang.checker.words import arity

    if not arity(ck, node, 1, 2):
        for arg in node.args:
            ck.expr(arg)
        return bad(node.span)
    row = helper_calls.find("redirect")
    assert row is not None
    values = [ck.value(arg) for arg in node.args]
    if not all(settled(value.type) for value in values) or not helper_calls.allowed(ck, node, row):
        return bad(node.span)
    for value in values:
        if may_be_nil(value.type):
            return untested(ck, value)
        if not isinstance(value.type, IntType) or value.type.net:
            return ck.say("HelperArgument", value.span, name=node.name, want="an Integer", have=ck.called(value.type))
    if len(values) == 1:
        values.append(typed.Int(node.span, U64, 0))
    return typed.CallHelper(node.span, SymType(""), "redirect", tuple(values))


_TARGETS = ("DEVMAP", "DEVMAP_HASH", "CPUMAP", "XSKMAP")  # check_map_func_compatibility of kernel/bpf/verifier.c


def redirect_map(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`redirect_map(M, k)`: a result of xdp; `:pass` or another may follow, for a key that is not there (:aborted without).
    The helper's other flags follow as an Integer."""
    from rucy.lang.checker import helper_calls, maps

    row = helper_calls.find("redirect_map")
    assert row is not None
    if len(node.args) not in (2, 3) or node.kwargs:
        return ck.say("WrongArity", node.name_span, name=node.name, takes="2 or 3", given=len(node.args))
    target = maps.reference(ck, node.args[0], ("fds", "devices", "xsks"))
    values = [ck.value(arg) for arg in node.args[1:]]
    if not helper_calls.allowed(ck, node, row):
        return bad(node.span)
    state = maps.find(ck, node.args[0])
    if target is None or (state is not None and state.row is not None and state.row.name not in _TARGETS):
        return ck.say("RedirectMap", node.args[0].span, text=node.args[0].span.text)
    if not settled(target.type) or not all(settled(value.type) for value in values):
        return bad(node.span)
    for value in values:
        if may_be_nil(value.type):
            return untested(ck, value)
        result = isinstance(value.type, SymType) and value is not values[0]
        if not result and (not isinstance(value.type, IntType) or value.type.net):
            return ck.say("HelperArgument", value.span, name=node.name, want="an Integer", have=ck.called(value.type))
    if len(values) == 1:
        values.append(typed.Int(node.span, U64, 0))
    elif isinstance(values[1].type, SymType):
        word = values[1]
        if not isinstance(word, typed.Int) or word.value > 3:
            return ck.say("RedirectElse", word.span, text=word.span.text)
        ck.need("5.3", "a result for what `redirect_map` does not find", word.span)
        values[1] = typed.Int(word.span, U64, word.value)
    return typed.CallHelper(node.span, SymType(""), "redirect_map", (target, *values))
