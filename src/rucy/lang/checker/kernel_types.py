"""Objects of the kernel: members, elements, casts, and questions about its types, all typed by the input BTF.

While a chain is followed its members in place are a `Place`: a pointer and the path from the struct that it points to.
A place becomes one access when its value is wanted (`materialize`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.kernel.addresses import BYTES, IP4
from rucy.lang import tree, typed
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import interval, untested
from rucy.lang.checker.state import Checker, bad, may_be_nil, unwrapped
from rucy.lang.storage import BytesStorage
from rucy.lang.types import (
    BOOL,
    LONGEST_TEXT,
    S64,
    U64,
    AggregateType,
    BytesType,
    HeaderType,
    IntType,
    MapType,
    OptType,
    PtrType,
    StrType,
    Type,
)

if TYPE_CHECKING:
    from rucy.btf.reader import Btf
    from rucy.lang.checker.control import Condition
    from rucy.source import Span

_NET = {"__be16": 16, "__be32": 32, "__be64": 64}
_QUALIFIERS = ("const", "volatile", "restrict", "type_tag")


class Place(typed.Node):
    """What lies in place at `path` from the struct `root` that `base` points to, of BTF type `btf_type`.

    `element`: the path's last index is computed (then `path` ends in 0). Only while checking.
    """

    __slots__ = ("base", "root", "path", "btf_type", "bitfield", "element", "elements")
    base: typed.Node
    root: int
    path: tuple[int, ...]
    btf_type: int
    bitfield: int
    element: typed.Node | None
    elements: int


def place(
    span: Span, base: typed.Node, root: int, path: tuple[int, ...], btf_type: int, bitfield: int = 0,
    element: typed.Node | None = None, elements: int = 0,
) -> Place:  # fmt: skip
    return Place(span, AggregateType(btf_type), base, root, path, btf_type, bitfield, element, elements)


# ---------------------------------------------------------------- types


def named(ck: Checker, name: str) -> int:
    """BTF id of a struct that every kernel has; 0 where the input lacks it."""
    return ck.btf().find(name, ("struct",)) or 0


def unqualified(btf: Btf, type_id: int) -> int:
    """Behind qualifiers, and typedefs but for those that say what is lost without them."""
    for _ in range(32):
        kind = btf.kind(type_id)
        if kind == "typedef":
            if btf.name(type_id) in _NET:
                return type_id
            behind = btf.strip(type_id)
            if btf.kind(behind) in ("struct", "union", "enum") and not btf.name(behind):
                return type_id
        elif kind not in _QUALIFIERS:
            return type_id
        type_id = getattr(btf.type(type_id), "type_id", 0)
    return type_id


def net_bits(btf: Btf, type_id: int) -> int:
    """16, 32 or 64 for what is declared __be16, __be32, __be64; else 0."""
    for _ in range(32):
        kind = btf.kind(type_id)
        if kind == "typedef" and btf.name(type_id) in _NET:
            return _NET[btf.name(type_id)]
        if kind != "typedef" and kind not in _QUALIFIERS:
            return 0
        type_id = getattr(btf.type(type_id), "type_id", 0)
    return 0


def scalar(
    ck: Checker, type_id: int, direct: bool, bits: int = 0, trusted: bool = True
) -> tuple[Type, int, bool] | None:
    """(type, bytes, sign) of a value of a BTF type; None of a struct, union, array or float. `direct`: it is read
    through a pointer that the verifier follows; `bits`: a bitfield's width; `trusted` as in PtrType."""
    from rucy.btf.types import INT_BOOL, INT_SIGNED, Enum, Enum64, Int, Ptr

    btf = ck.btf()
    found: Any = btf.type(btf.strip(type_id))
    match found:
        case Int():
            if found.encoding & INT_BOOL:
                return BOOL, found.size, False
            signed = bool(found.encoding & INT_SIGNED)
            if found.size > 8:
                return None
            return IntType(signed, 0 if bits else net_bits(btf, type_id)), found.size, signed
        case Enum() | Enum64():
            return IntType(found.signed), found.size, found.signed
        case Ptr():
            return pointer(ck, btf.strip(type_id), direct, trusted), 8, False
    return None


def pointer(ck: Checker, ptr_id: int, direct: bool, trusted: bool = True) -> PtrType:
    """The type of a pointer by its BTF id. Only pointers to structs are followed by the verifier, and none with a tag
    that says that the address is not a plain kernel one."""
    btf = ck.btf()
    target = unqualified(btf, getattr(btf.type(ptr_id), "type_id", 0))
    tags = btf.type_tags(ptr_id)
    walks = btf.kind(btf.strip(target)) in ("struct", "union") and "percpu" not in tags and "user" not in tags
    return PtrType(target, direct and walks, True, "user" in tags, trusted)


def is_text(btf: Btf, type_id: int) -> int:
    """The length of a char array, 0 of anything else."""
    from rucy.btf.types import Array

    found = btf.type(btf.strip(type_id))
    if isinstance(found, Array) and btf.name(btf.strip(found.type_id)) == "char":
        return found.nelems
    return 0


# ---------------------------------------------------------------- places and values


def materialize(ck: Checker, node: typed.Node) -> typed.Node:
    """The value of a place: a load, a string, or the address of an aggregate. Other nodes stay."""
    from rucy.lang.checker.context import CtxPlace

    if isinstance(node, CtxPlace):
        from rucy.lang.checker.context import address_value

        if node.ip6:
            return address_value(ck, node)
        return ck.say("WholeArray", node.span, text=node.span.text)
    if isinstance(node.type, MapType) and not node.type.inner:
        return ck.say("HistogramRead", node.span, text=node.span.text)
    if isinstance(node.type, HeaderType):
        from rucy.lang.checker import packets

        return packets.materialize(ck, node) if isinstance(node, packets.Part) else node
    if not isinstance(node, Place):
        return node
    base_type = node.base.type
    assert isinstance(base_type, PtrType)
    direct = base_type.direct and node.element is None
    value = scalar(ck, node.btf_type, direct, node.bitfield, base_type.trusted)
    if value is None:
        length = is_text(ck.btf(), node.btf_type)
        if length:
            size = min(length, LONGEST_TEXT)
            read_text(ck, node.span, base_type.user)
            return typed.ReadString(node.span, StrType(size), _address(ck, node), base_type.user)
        kind = ck.btf().kind(ck.btf().strip(node.btf_type))
        if kind == "float":
            return ck.say("KernelFloat", node.span, text=node.span.text)
        return _whole_address(ck, node) if kind == "array" else _address(ck, node)
    type_, size, signed = value
    if isinstance(type_, PtrType) and base_type.user:
        type_ = type_._replace(user=True, direct=False)
    base = node.base
    if direct and not node.bitfield and not _followed(ck, node, type_, size):
        base = typed.PtrCast(base.span, base_type._replace(direct=False), base)
        type_ = type_._replace(direct=False) if isinstance(type_, PtrType) else type_
    if isinstance(type_, IntType) and btf_name(ck, node.root) == "bpf_sock":
        type_ = type_._replace(net=_network_bits(ck, node))
    if isinstance(type_, IntType) and type_.net == 32 and _name(ck, node) in IP4:
        type_ = type_._replace(shown="ip4")
    if isinstance(type_, PtrType) and base_type.held and type_.direct:
        type_ = type_._replace(held=_held(ck, node))
    step = _step(node, size, signed)._replace(faulting=base_type.user and ck.site.may_sleep)
    proved = node.element is None or interval(ck, node.element)[1] < node.elements or not node.elements
    if not proved:
        type_ = type_ if isinstance(type_, PtrType) else OptType(type_)
    return _load(ck, node.span, type_, base, step)


def _held(ck: Checker, node: Place) -> str:
    """What keeps the object there that a field of a held one points to (PtrType.held)."""
    from rucy.kernel.kfuncs import FIELDS

    name = _name(ck, node)
    tagged = "rcu" if "rcu" in ck.btf().type_tags(node.btf_type) else ""
    return FIELDS.get((btf_name(ck, node.root), name), tagged) if name or not node.path else ""


def _name(ck: Checker, node: Place) -> str:
    """The member's name, "" of an element."""
    btf = ck.btf()
    name, at = "", node.root
    for index in node.path:
        members = getattr(btf.type(btf.strip(at)), "members", ())
        if not index < len(members):
            return ""
        name, at = members[index].name, members[index].type_id
    return name


def _whole_address(ck: Checker, node: Place) -> typed.Node:
    """An array of bytes: an IP address's as a value, any other's address. The record of an event keeps no alignment, so that a
    helper reads it."""
    shown = BYTES.get((_name(ck, node), ck.btf().size(node.btf_type) or 0))
    where, base_type = _address(ck, node), node.base.type
    if shown is None or not isinstance(base_type, PtrType) or base_type.user:
        return where
    if shown == "ip6":
        return address_read(ck, where)
    base = typed.PtrCast(node.base.span, base_type._replace(direct=False), node.base)
    return _load(ck, node.span, IntType(False, 32, shown), base, _step(node, 4, False))


def address_read(ck: Checker, node: typed.Node) -> typed.Node:
    """The IPv6 address that a pointer leads to, copied whole."""
    from rucy.lang.checker.helper_calls import implied
    from rucy.lang.checker.storage import WORDS

    held = WORDS["ip6"]
    assert isinstance(held, BytesStorage)
    implied(ck, node.span, "probe_read_kernel")
    return typed.ReadBytes(node.span, BytesType(held), node)


def leads_to_address(ck: Checker, type_: Type) -> bool:
    """Is it a pointer to the kernel's struct in6_addr?"""
    return isinstance(type_, PtrType) and not type_.user and btf_name(ck, type_.pointee) == "in6_addr"


def read_text(ck: Checker, span: Span, user: bool) -> None:
    """A string is copied out by a helper."""
    from rucy.lang.checker.helper_calls import implied

    implied(ck, span, "probe_read_user_str" if user else "probe_read_kernel_str")


def _load(ck: Checker, span: Span, type_: Type, base: typed.Node, step: typed.Step) -> typed.Node:
    """A read that the verifier does not follow is a helper's."""
    if isinstance(base.type, PtrType) and not (base.type.direct and not step.bitfield):
        from rucy.lang.checker.helper_calls import implied

        user = "copy_from_user" if step.faulting else "probe_read_user"
        implied(ck, span, user if base.type.user else "probe_read_kernel")
    return typed.KernelLoad(span, type_, base, step)


def btf_name(ck: Checker, type_id: int) -> str:
    return ck.btf().name(ck.btf().strip(type_id)) if type_id else ""


def _network_bits(ck: Checker, node: Place) -> int:
    """The width of a network-order member of struct bpf_sock: the kernel's types do not say which are, kernel.contexts does."""
    from rucy.btf.types import Struct
    from rucy.kernel.contexts import BY_NAME

    whole = ck.btf().type(ck.btf().strip(node.root))
    assert isinstance(whole, Struct)
    member = whole.members[node.path[0]].name
    return next((f.net_bits for f in BY_NAME["bpf_sock"].fields if f.name == member), 0)


def _followed(ck: Checker, node: Place, type_: Type, size: int) -> bool:
    """Does the verifier take a member of a union for what it is here, and not for one that lies in the same place?"""
    from rucy.btf.access import chain, walked
    from rucy.btf.core import resolve

    btf = ck.btf()
    field = resolve(btf, node.root, chain(node.path))
    found = walked(btf, node.root, field.bit_offset // 8, size)
    wanted = btf.strip(type_.pointee) if isinstance(type_, PtrType) and type_.direct else 0
    return found == wanted or (found is not None and not wanted and not isinstance(type_, PtrType) and found == 0)


def _step(node: Place, size: int, signed: bool) -> typed.Step:
    access = ":".join(map(str, (0, *node.path)))
    return typed.Step(node.root, access, node.bitfield, size, signed, node.element, size, node.elements)


def _address(ck: Checker, node: Place) -> typed.Node:
    """The address of a member in place, as a pointer to it."""
    btf, base_type = ck.btf(), node.base.type
    assert isinstance(base_type, PtrType)
    target = unqualified(btf, node.btf_type)
    if not node.path:
        return typed.PtrCast(node.span, base_type._replace(pointee=target), node.base)
    size = btf.size(node.btf_type)
    type_ = PtrType(target, False, base_type.null, base_type.user)
    return typed.KernelAddress(node.span, type_, node.base, _step(node, size, False))


def address(ck: Checker, node: typed.Node) -> typed.Node:
    """A pointer from an expression: an array's or struct's address, a pointer's value."""
    if isinstance(node, Place):
        if scalar(ck, node.btf_type, False) is None:
            return _address(ck, node)
    return materialize(ck, node)


# ---------------------------------------------------------------- variables of addresses


def remember_place(ck: Checker, node: tree.SetLocal, target: typed.Var, found: typed.Node) -> None:
    """A variable that is only ever the address of a struct in one that a parameter points to: what is read through it is read
    through the parameter, which the verifier follows."""
    frame = ck.frame
    frame.places.pop(target, None)
    if frame.sites.get(target) is node and isinstance(found, Place) and found.path and found.element is None:
        read = _read_of(found.base)
        if read is not None and read.var in frame.given and _holds(ck, found.btf_type) is not None:
            frame.places[target] = found


def _read_of(node: typed.Node) -> typed.Read | None:
    node = node.value if isinstance(node, typed.Unwrap) else node
    return node if isinstance(node, typed.Read) else None


def _remembered(ck: Checker, recv: typed.Node) -> typed.Node:
    """The place of such a variable; anything else as it is."""
    read, frame = _read_of(recv), ck.frame
    known = frame.places.get(read.var) if read is not None else None
    if read is None or not isinstance(known, Place) or frame.sites.get(read.var) is None or read.var not in ck.flow.assigned:
        return recv
    base = _read_of(known.base)
    if base is None or base.var in frame.moved or not isinstance(base.var.type, PtrType) or not base.var.type.direct:
        return recv
    whole: typed.Node = typed.Read(recv.span, base.var.type, base.var)
    if base.var.type.null and base.var in ck.flow.narrowed:
        whole = unwrapped(whole)
    return place(recv.span, whole, known.root, known.path, known.btf_type)


# ---------------------------------------------------------------- members


def member(ck: Checker, node: tree.Send, recv: typed.Node) -> tree.Node | typed.Node | None:
    """`recv.name` of a place or pointer: a field, an element, a cast. None where it is no matter of the kernel's."""
    if node.name == "[]":
        if isinstance(recv, Place) and is_text(ck.btf(), recv.btf_type):
            return None  # a string's byte
        if isinstance(recv, Place) and isinstance((scalar(ck, recv.btf_type, False) or (None,))[0], IntType):
            return None  # a number's bit
        return element(ck, node, recv)
    if node.name == "as":
        return cast(ck, node, materialize(ck, recv))
    recv = _remembered(ck, recv)
    if isinstance(recv, Place) and _holds(ck, recv.btf_type) is None:
        if scalar(ck, recv.btf_type, False) is not None or is_text(ck.btf(), recv.btf_type):
            value = materialize(ck, recv)
            if not isinstance(value.type, PtrType) or isinstance(value, typed.KernelAddress):
                return None
            recv = value
    if node.name.endswith("=") and node.name[:-1].isidentifier() and len(node.args) == 1:
        ck.expr(node.args[0])
        return ck.say("KernelWrite", node.span, text=node.span.text)
    if node.args or node.block is not None or (ck.dialect.methods.get(("Any", node.name)) and not node.name.isidentifier()):
        return None
    return _field(ck, node, recv)


def _holds(ck: Checker, type_id: int) -> int | None:
    """The struct or union that a BTF type is, by an id that has a name if any has; None of anything else."""
    btf = ck.btf()
    target = unqualified(btf, type_id)
    return target if btf.kind(btf.strip(target)) in ("struct", "union") else None


def _field(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node | None:
    from rucy.btf.access import find_member

    btf = ck.btf()
    if isinstance(recv, Place):
        struct, base, root, path = recv.btf_type, recv.base, recv.root, recv.path
        if recv.element is not None:
            base = _address(ck, recv)
            root, path = unqualified(btf, struct), ()
    else:
        assert isinstance(recv.type, PtrType)
        struct = root = recv.type.pointee
        base, path = recv, ()
    if _holds(ck, struct) is None:
        return None if ck.dialect.methods.get(("Any", node.name)) else ck.say(
            "NotAStruct", node.name_span, name=node.name, what=_called(ck, recv, struct))  # fmt: skip
    found = find_member(btf, struct, node.name)
    if found is None:
        return _missing_field(ck, node, struct, base, path)
    if isinstance(base.type, PtrType) and base.type.common and node.name in _FULL_SOCKET:
        return ck.say("CommonSocket", node.name_span, name=node.name, text=base.span.text)
    if not path and not btf.name(root):
        return ck.say("UnnamedStruct", node.span, name=node.name)
    return place(node.span, base, root, (*path, *found.indices), found.type_id, found.bitfield_size)


#: Members of struct bpf_sock that only a full socket has: bpf_sock_common_is_valid_access in net/core/filter.c.
_FULL_SOCKET = ("bound_dev_if", "type", "protocol", "mark", "priority")


def _called(ck: Checker, recv: typed.Node, type_id: int) -> str:
    spelled = ck.spell(type_id) if type_id else "void"
    return f"a pointer to {spelled}" if isinstance(recv.type, PtrType) else f"{spelled}"


def _missing_field(
    ck: Checker, node: tree.Send, struct: int, base: typed.Node, path: tuple[int, ...]
) -> typed.Node | None:
    """A field that the input BTF lacks: legal behind `field?` where it is known what other kernels have there."""
    if ck.dialect.methods.get(("Any", node.name)):
        return None
    if ck.flow.absent:
        return bad(node.span)
    name = ck.btf().name(ck.btf().strip(struct))
    other = overlay_member(ck, name, node.name) if not path else None
    if other is not None:
        struct_id, index, type_id = other
        if ck.flow.dead or (name, node.name) in ck.flow.present:
            return place(node.span, base, struct_id, (index,), type_id)
        return ck.say("UnguardedField", node.name_span, name=node.name, struct=name, text=_guard_text(node))
    from rucy.btf.access import member_names
    from rucy.lang.checker.suggest import embedded, nearest

    names = member_names(ck.btf(), struct)
    best = nearest(node.name, names) or embedded(ck, struct, node.name)
    if best is None:
        from rucy.lang.checker.suggest import fields_advice

        advice = fields_advice(ck, node, names)
        return ck.say("NoField", node.name_span, name=node.name, struct=ck.spell(struct), advice=advice)
    return ck.say("NoFieldNear", node.name_span, name=node.name, struct=ck.spell(struct), best=best)


def _guard_text(node: tree.Send) -> str:
    return f"field?({node.recv.span.text if node.recv is not None else 'p'}, :{node.name})"


# ---------------------------------------------------------------- elements, casts


def element(ck: Checker, node: tree.Send, recv: typed.Node) -> typed.Node:
    """`a[i]` of an array in the kernel, `p[i]` of a pointer."""
    from rucy.btf.types import Array

    if len(node.args) != 1:
        return ck.say("WrongArity", node.name_span, name="[]", takes=1, given=len(node.args))
    index = ck.value(node.args[0])
    if not settled(index.type):
        return index
    if may_be_nil(index.type):
        return untested(ck, index)
    if not isinstance(index.type, IntType) or index.type.net:
        return ck.say("IndexType", index.span, have=ck.called(index.type))
    btf = ck.btf()
    if isinstance(recv, Place):
        array = btf.type(btf.strip(recv.btf_type))
        if isinstance(array, Array):
            return _array_element(ck, node, recv, array, index)
        recv = materialize(ck, recv)
    if not isinstance(recv.type, PtrType):
        return bad(node.span)  # a float, which has been refused
    target = btf.type(btf.strip(recv.type.pointee)) if recv.type.pointee else None
    if isinstance(target, Array):  # the address of an array in place
        return ck.say("PointerIndex", node.span, text=recv.span.text)
    return _pointed_element(ck, node, recv, index)


def _array_element(ck: Checker, node: tree.Send, recv: Place, array: Any, index: typed.Node) -> typed.Node:
    count = array.nelems
    if recv.element is not None:
        base = _address(ck, recv)
        recv = place(recv.span, base, unqualified(ck.btf(), recv.btf_type), (), recv.btf_type)
    if isinstance(index, typed.Int):
        at = index.value + count if index.value < 0 else index.value
        if (count and at >= count) or at < 0:
            return ck.say("IndexOutside", index.span, index=index.value, count=count, text=recv.span.text)
        return place(node.span, recv.base, recv.root, (*recv.path, at), array.type_id)
    if isinstance(index.type, IntType) and index.type.signed and count:
        index = _from_the_end(ck, index, count)
    return place(node.span, recv.base, recv.root, (*recv.path, 0), array.type_id, 0, index, count)


def _from_the_end(ck: Checker, index: typed.Node, count: int) -> typed.Node:
    """A signed index: negative ones count from the end; those before the beginning become large ones."""
    low, high = interval(ck, index)
    if low >= 0:
        return typed.Convert(index.span, U64, index)
    temp = ck.temp(S64, index.span)
    held = typed.Read(index.span, S64, temp)
    zero, size = typed.Int(index.span, U64, 0), typed.Int(index.span, U64, count)
    below = typed.Prim(index.span, BOOL, "lt", (held, zero), 0)
    added = typed.Prim(index.span, S64, "add", (held, size), 0)
    chosen = typed.If(index.span, S64, below, added, held)
    whole = typed.Seq(index.span, S64, (typed.Write(index.span, S64, temp, index), chosen))
    return typed.Convert(index.span, U64, whole)


def _pointed_element(ck: Checker, node: tree.Send, recv: typed.Node, index: typed.Node) -> typed.Node:
    """`p[i]`: only plain values and pointers lie behind each other at a distance that no kernel changes."""
    assert isinstance(recv.type, PtrType)
    pointee = recv.type.pointee
    value = scalar(ck, pointee, False) if pointee else None
    if value is None:
        if isinstance(index, typed.Int) and index.value == 0 and pointee:
            return recv
        if not pointee or _holds(ck, pointee) is None or not btf_name(ck, pointee) or recv.type.common:
            return ck.say("PointerIndex", node.span, text=recv.span.text)
        stride = typed.CoreQuery(node.span, U64, "type_size", pointee, "0")
        offset = typed.Prim(node.span, index.type, "mul", (index, stride), 0)
        number = typed.Prim(node.span, U64, "add", (typed.PtrCast(node.span, U64, recv), offset), 0)
        return typed.PtrCast(node.span, PtrType(pointee, False, True, recv.type.user), number)
    type_, size, signed = value
    if isinstance(type_, PtrType) and recv.type.user:
        type_ = type_._replace(user=True)
    base: typed.Node = recv
    if not (isinstance(index, typed.Int) and index.value == 0):
        offset = typed.Prim(node.span, index.type, "mul", (index, typed.Int(node.span, U64, size)), 0)
        number = typed.Prim(node.span, U64, "add", (typed.PtrCast(node.span, U64, recv), offset), 0)
        base = typed.PtrCast(node.span, recv.type._replace(direct=False), number)
    elif recv.type.direct:
        base = typed.PtrCast(node.span, recv.type._replace(direct=False), recv)
    step = typed.Step(0, "", 0, size, signed, faulting=recv.type.user and ck.site.sleepable)
    return _load(ck, node.span, type_, base, step)


def cast(ck: Checker, node: tree.Send, value: typed.Node) -> typed.Node:
    """`p.as("struct x")`."""
    if len(node.args) != 1 or not isinstance(node.args[0], tree.Str):
        return ck.say("CastArgument", node.name_span)
    type_id = _type_named(ck, node.args[0])
    if type_id is None:
        return bad(node.span)
    old = value.type
    user = (isinstance(old, PtrType) and old.user) or b"__user" in node.args[0].value
    null = not isinstance(old, PtrType) or old.null
    same = isinstance(old, PtrType) and old.pointee == type_id and old.direct
    trusted = not isinstance(old, PtrType) or old.trusted
    return typed.PtrCast(node.span, PtrType(type_id, same, null, user, trusted), value)


def _type_named(ck: Checker, node: tree.Str) -> int | None:
    """The id of "struct x", "union x", "enum x" or a typedef's name; says so where the kernel has none."""
    text = node.value.decode("utf-8", "replace")
    found = find_type(ck.btf(), text)
    if found is None:
        from rucy.lang.checker.suggest import type_name

        best = type_name(ck, text)
        ck.say("NoType", node.span, text=text, suggestion=f'; did you mean "{best}"?' if best else "")
    return found


def find_type(btf: Btf, text: str) -> int | None:
    words = text.replace("*", " ").split()
    words = [word for word in words if word not in ("const", "__user")]
    if len(words) == 2 and words[0] in ("struct", "union", "enum"):
        kinds = ("enum", "enum64") if words[0] == "enum" else (words[0],)
        return btf.find(words[1], kinds)
    return btf.find(" ".join(words), ("typedef", "int"))


def pointer_to(btf: Btf, target: int) -> int | None:
    """The first pointer type that points to `target`, qualified or not."""
    for type_id in range(1, btf.end_id):
        if btf.kind(type_id) == "ptr" and unqualified(btf, getattr(btf.type(type_id), "type_id", 0)) == target:
            return type_id
    return None


# ---------------------------------------------------------------- questions


def field_exists(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`field?(p, :name)`: a CO-RE question, answered when the program is loaded."""
    if len(node.args) != 2 or not isinstance(node.args[1], tree.Sym):
        return ck.say("FieldQuestion", node.span)
    recv = address(ck, ck.expr(node.args[0]))
    if not settled(recv.type):
        return recv
    if not isinstance(recv.type, PtrType) or _holds(ck, recv.type.pointee) is None:
        return ck.say("FieldQuestionOf", recv.span, have=ck.called(recv.type))
    from rucy.btf.access import chain, find_member

    name, root = node.args[1].name, recv.type.pointee
    struct = ck.btf().name(ck.btf().strip(root))
    found = find_member(ck.btf(), root, name)
    type_id, access = root, chain(found.indices) if found is not None else ""
    if found is None:
        other = overlay_member(ck, struct, name)
        if other is None:
            ck.say("FieldUnknown", node.args[1].span, name=name, struct=ck.spell(root))
            return typed.Absent(node.span, BOOL, False)
        type_id, access = other[0], f"0:{other[1]}"
    ck.asked[type_id, access] = (struct, name)
    return typed.CoreQuery(node.span, BOOL, "field_exists", type_id, access)


def proved_field(ck: Checker, node: typed.CoreQuery) -> Condition:
    """What a `field?` shows: where true, that its field may be read; where false, that what it was or became may."""
    from rucy.kernel import renamed
    from rucy.lang.checker.control import Condition

    flow = ck.flow
    asked = ck.asked.get((node.type_id, node.access))
    if asked is None:
        return Condition(node, flow, flow)
    struct, name = asked
    others = {(row.struct, row.member) for row in renamed.ROWS if row.struct == struct and row.other == name}
    return Condition(node, flow._replace(present=flow.present | {asked}), flow._replace(present=flow.present | others))


def type_exists(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    if len(node.args) != 1 or not isinstance(node.args[0], tree.Str):
        return ck.say("TypeQuestion", node.span, name=node.name)
    text = node.args[0].value.decode("utf-8", "replace")
    found = find_type(ck.btf(), text)
    if found is None:
        from rucy.lang.checker.suggest import type_name

        best = type_name(ck, text)
        ck.say("TypeUnknown", node.args[0].span, text=text, suggestion=f'; did you mean "{best}"?' if best else "")
        return typed.Absent(node.span, BOOL, False)
    return typed.CoreQuery(node.span, BOOL, "type_exists", found, "0")


def enum_exists(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    if len(node.args) != 1 or not isinstance(node.args[0], tree.Sym):
        return ck.say("EnumQuestion", node.span)
    found = ck.btf().enum_value(node.args[0].name)
    if found is not None and not ck.btf().name(found[0]):
        return typed.Bool(node.span, BOOL, True)  # an enum without a name cannot be asked for at load time
    if found is None:
        ck.say("EnumUnknown", node.args[0].span, name=node.args[0].name)
        return typed.Absent(node.span, BOOL, False)
    return typed.CoreQuery(node.span, BOOL, "enumval_exists", found[0], str(found[1]))


def size_of(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    if len(node.args) != 1 or not isinstance(node.args[0], tree.Str):
        return ck.say("TypeQuestion", node.span, name=node.name)
    found = _type_named(ck, node.args[0])
    return bad(node.span) if found is None else typed.CoreQuery(node.span, U64, "type_size", found, "0")


def enumerator(ck: Checker, node: tree.Const) -> typed.Node | None:
    """A constant of a kernel enum by its name: relocated where the enum has a name to find it by."""
    from rucy.btf.types import BtfError

    try:
        found = ck.btf().enum_value(node.name)
    except BtfError:
        return None
    if found is None:
        return None
    enum_id, at, value = found
    if not ck.btf().name(enum_id):
        return typed.Int(node.span, IntType(value < 0), value)
    signed = bool(getattr(ck.btf().type(enum_id), "signed", False))
    query = typed.CoreQuery(node.span, IntType(signed), "enumval_value", enum_id, str(at))
    if not signed and ck.btf().kind(enum_id) == "enum" and value > 0x7FFFFFFF:  # libbpf takes 4 bytes as signed
        return typed.Prim(node.span, U64, "and", (query, typed.Int(node.span, U64, 0xFFFFFFFF)), 0)
    return query


def overlay_member(ck: Checker, struct: str, name: str) -> tuple[int, int, int] | None:
    """(struct, member index, type) of a field that other kernels have, from kernel.renamed."""
    from rucy.lang.checker.overlay import find

    return find(ck, struct, name)
