"""Maps in use: `M[k]`, `M[k] = v`, `M[k] += n`, `key?`, `fetch`, `delete`, `push`, `pop`, `peek`, `RING << e`.

In: calls on a constant that declares a map. Out: the Map nodes of lang/typed.py. What a use shows of a map whose types are
left out rises in its `MapState`; the nodes have the types that are known so far, NEVER where nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import histograms, structs
from rucy.lang.checker.coerce import coerce
from rucy.lang.checker.declared import key_parts, key_storage, value_of
from rucy.lang.checker.exprs import is_plain
from rucy.lang.checker.flow import merge
from rucy.lang.checker.infer import join, settled
from rucy.lang.checker.ints import interval, untested
from rucy.lang.checker.state import bad, may_be_nil, unwrapped
from rucy.lang.checker.storage import NOTHING, Seen, both, seen_in, settle
from rucy.lang.storage import BoolStorage, IntStorage, Storage, StructStorage, TextStorage
from rucy.lang.types import (
    BOOL,
    NEVER,
    NIL,
    U64,
    BoolType,
    CtxType,
    HeaderType,
    IntType,
    MapType,
    OptType,
    PtrType,
    StructType,
    Type,
    value_type,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from rucy.lang.checker.declared import MapState
    from rucy.lang.checker.state import Checker
    from rucy.source import Note, Span

_ATOMIC = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor"}
_NONE = 0xFFFF_FFFF  # an index that no array has


def find(ck: Checker, node: tree.Node | None) -> MapState | None:
    """The map that an expression names: a constant, or a constant that is one."""
    if not ck.maps or not isinstance(node, tree.Const):
        return None
    from rucy.lang.checker.exprs import constant

    value = constant(ck, node.name)
    return ck.maps[value.name] if isinstance(value, tree.MapDecl) else None


def call(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """A call on a map."""
    if state.refused:
        _check(ck, node)
        return bad(node.span)
    known = _METHODS[state.kind].get(ck.dialect.map_methods.get(node.name, ""))
    if known is None:
        return _no_method(ck, node, state)
    counts, takes_block, function = known
    if node.kwargs:
        from rucy.lang.checker.suggest import keyword

        return ck.say("NoKeywords", keyword(*node.kwargs[0]), name=node.name, word=node.kwargs[0][0])
    if counts is not None and len(node.args) not in counts:
        _check(ck, node)
        takes = " or ".join(map(str, counts))
        return ck.say("WrongArity", node.name_span, name=node.name, takes=takes, given=len(node.args))
    if node.block is not None and not takes_block:
        return ck.say("NoBlock", node.name_span, name=node.name)
    return function(ck, node, state, used)


def _check(ck: Checker, node: tree.Send) -> None:
    for arg in node.args:
        ck.expr(arg)


def _no_method(ck: Checker, node: tree.Send, state: MapState) -> typed.Node:
    from rucy.lang.checker.suggest import lines, nearest

    _check(ck, node)
    word = state.decl.word
    meant = ck.dialect.map_methods.get(node.name, "")
    if meant == "count":
        return ck.say("MapCount", node.name_span, name=node.name, map=state.name)
    known = [name for name, what in ck.dialect.map_methods.items() if what in _METHODS[state.kind]]
    best = nearest(node.name, known) if node.name[:1].isalpha() else None
    if state.kind == "array" and meant == "delete":
        return ck.say("ArrayDelete", node.name_span, map=state.name)
    advice = f"did you mean `{best}`?" if best else lines(f"what a `{word}` has here", known)
    return ck.say("NoMapMethod", node.name_span, name=node.name, map=state.name, word=word, advice=advice)


# ---------------------------------------------------------------- keys


def keys_of(ck: Checker, node: tree.Node, args: tuple[tree.Node, ...], state: MapState) -> tuple[typed.Node, ...] | None:
    """A key's parts as the nodes want them; None where they are refused, or not known yet."""
    if state.kind == "storage":
        return _owner(ck, node, args, state)
    if len(args) == 1 and isinstance(args[0], tree.Array):
        args = args[0].items
    values = [ck.value(arg) for arg in args]
    if not all(settled(value.type) for value in values):
        return None
    if not values:
        ck.say("MapNoKey", node.span, map=state.name)
        return None
    for value in values:
        if may_be_nil(value.type) and isinstance(value.type, OptType) or value.type == NIL:
            untested(ck, value)
            return None
    if not _see_key(ck, state, values, node.span):
        return None
    parts = key_parts(state)
    if parts is None:
        return None
    made = [structs.stored(ck, value, part, f"a key of `{state.name}`") for value, part in zip(values, parts)]
    if not all(settled(part.type) for part in made):
        return None
    if state.kind == "array":
        index = _index(ck, made[0], values[0], state)
        return None if index is None else (index,)
    if state.kind == "lpm":
        part = parts[0]
        bits = 32 if isinstance(part, IntStorage) else 128
        return typed.Int(node.span, U64, bits), made[0]
    return tuple(made)


def _owner(ck: Checker, node: tree.Node, args: tuple[tree.Node, ...], state: MapState) -> tuple[typed.Node, ...] | None:
    """The object of the kernel that a storage map keeps a value for: one that the verifier knows."""
    from rucy.kernel import helpers
    from rucy.lang.checker import helper_arguments, helper_calls

    name = f"{state.decl.word}_get"
    row = helper_calls.find(name)
    assert row is not None
    if len(args) != 1:
        ck.say("MapKeyParts", node.span, map=state.name, count=1, given=len(args))
        return None
    asked = tree.Send(node.span, None, name, args, (), None, False, node.span)
    if not helper_calls.allowed(ck, asked, row):
        ck.expr(args[0])
        return None
    given = args[0]
    if isinstance(given, tree.Send) and given.recv is None and given.name == "current_task" and state.row is not None:
        return _current_task(ck, given) if state.row.name == "TASK_STORAGE" else None
    made = helper_arguments.check(ck, asked, helpers.for_program(row, ck.site.prog_type), 1, args[0])
    return (made,) if settled(made.type) else None


def _current_task(ck: Checker, node: tree.Send) -> tuple[typed.Node, ...] | None:
    """The running task, by the helper whose result the verifier knows."""
    from rucy.lang.checker import helper_calls, kernel_types

    row = helper_calls.find("get_current_task_btf")
    assert row is not None
    if not helper_calls.allowed(ck, node, row):
        return None
    task = PtrType(kernel_types.named(ck, "task_struct"), True, False)
    return (typed.CallHelper(node.span, task, row.name, ()),)


def _see_key(ck: Checker, state: MapState, values: list[typed.Node], span: Span) -> bool:
    """Raise what is known of the key by one use; says where it does not fit."""
    have = key_parts(state) if state.parts is not None or state.kind == "array" else None
    if have is not None or state.keys is not None:
        count = len(have) if have is not None else len(state.keys or ())
        if count != len(values):
            ck.say("MapKeyParts", span, *earlier(state.key_at), map=state.name, count=count, given=len(values))
            return False
    if have is not None:
        return True
    seen = [seen_in(ck, value) for value in values]
    for value in values:
        if isinstance(value.type, CtxType | HeaderType):
            ck.say("MapKeyValue", value.span, map=state.name, have=ck.called(value.type))
            return False
    if any(each.storage is None and not each.literal for each in seen):
        return False
    for each, value in zip(seen, values):
        allowed = isinstance(each.storage, BoolStorage | IntStorage | TextStorage | StructStorage | None) or _is_address(each)
        if not allowed or isinstance(value.type, BoolType) and state.kind == "lpm":
            ck.say("MapKeyValue", value.span, map=state.name, have=ck.called(value.type))
            return False
        if state.kind == "lpm" and not (_is_address(each) or isinstance(value.type, IntType) and value.type.net == 32):
            ck.say("LpmKey", value.span, map=state.name, have=ck.called(value.type))
            return False
    if ck.flow.dead or ck.flow.absent:
        return state.keys is not None
    old = state.keys or [NOTHING] * len(seen)
    new = [both(a, b) for a, b in zip(old, seen)]
    for before, value, after in zip(old, values, new):
        if after is None:
            ck.say("MapKeyKinds", value.span, *earlier(state.key_at), map=state.name, have=ck.called(value.type),
                   old=shown(settle(before)))  # fmt: skip
            return False
    if state.keys is None:
        state.key_at = span
    if new != state.keys:
        state.keys = [each or NOTHING for each in new]
        state.composite = len(new) > 1
        ck.changed = True
    return True


def _is_address(seen: Seen) -> bool:
    from rucy.lang.storage import BytesStorage

    return isinstance(seen.storage, BytesStorage)


def earlier(span: Span | None) -> tuple[Note, ...]:
    from rucy.source import Note

    return (Note(span, "it is used here first"),) if span is not None else ()


def shown(storage: Storage | None) -> str:
    """A storage type as a declaration writes it."""
    from rucy.lang.storage import ArrayStorage, BytesStorage, ObjectStorage

    match storage:
        case IntStorage():
            if storage.display:
                return f":{storage.display}"
            return f":{'i' if storage.signed else 'u'}{8 * storage.width}"
        case BoolStorage():
            return ":bool"
        case TextStorage():
            return f"[:char, {storage.size}]"
        case BytesStorage():
            return f":{storage.display}"
        case ArrayStorage():
            return f"[{shown(storage.of)}, {storage.length}]"
        case StructStorage():
            return storage.name
        case ObjectStorage():
            return f":{storage.kind}"
    return "TYPE"


def _index(ck: Checker, made: typed.Node, value: typed.Node, state: MapState) -> typed.Node | None:
    """An index of an array map. One that does not fit its 4 bytes is made one that no array has, so that it stays outside."""
    if isinstance(value, typed.Int):
        if 0 <= value.value < state.size:
            return made
        ck.say("MapIndexOutside", value.span, map=state.name, size=state.size, index=value.value)
        return None
    low, high = interval(ck, value)
    if low >= 0 and high <= _NONE:
        return made
    lead: tuple[typed.Node, ...] = ()
    if not is_plain(value):
        temp = ck.temp(value.type, value.span)
        lead = (typed.Write(value.span, value.type, temp, value),)
        value = typed.Read(value.span, value.type, temp)
    size = typed.Int(value.span, U64, state.size)
    inside: typed.Node = typed.Prim(value.span, BOOL, "lt", (value, size), 0)
    if low < 0:
        positive = typed.Prim(value.span, BOOL, "ge", (value, typed.Int(value.span, U64, 0)), 0)
        inside = typed.If(value.span, BOOL, positive, inside, typed.Bool(value.span, BOOL, False))
    chosen = typed.If(value.span, U64, inside, coerce(ck, value, U64), typed.Int(value.span, U64, _NONE))
    return typed.Seq(value.span, U64, (*lead, chosen)) if lead else chosen


def _proved(ck: Checker, state: MapState, keys: tuple[typed.Node, ...]) -> bool:
    """Is there surely an element?"""
    if state.kind != "array":
        return False
    low, high = interval(ck, keys[0])
    return low >= 0 and high < state.size


# ---------------------------------------------------------------- values


def see_value(ck: Checker, state: MapState, value: typed.Node, signed: bool = False) -> bool:
    """Raise what is known of the values by one that is stored; says where it does not fit."""
    if state.value is not None:
        return True
    seen = seen_in(ck, value)
    if isinstance(value.type, IntType) and not value.type.net:
        seen = Seen(IntStorage(8, value.type.signed or signed))
    if seen == NOTHING:
        return False
    if ck.flow.dead or ck.flow.absent:
        return state.seen != NOTHING
    new = both(state.seen, seen)
    if new is None:
        ck.say("MapValueKinds", value.span, *earlier(state.value_at), map=state.name, have=ck.called(value.type),
               old=shown(settle(state.seen)))  # fmt: skip
        return False
    if state.value_at is None:
        state.value_at = value.span
    if new != state.seen:
        state.seen = new
        ck.changed = True
    return True


def _value_type(state: MapState) -> Type:
    """The type of a value read from the map; NEVER while nothing is known."""
    held = value_of(state)
    return NEVER if held is None else value_type(held, "percpu" if state.per_cpu else "map")


def stored(ck: Checker, state: MapState, value: typed.Node) -> typed.Node:
    """A value on its way into a map, of the type that its values have."""
    if not settled(value.type):
        return value
    if value.type == NIL:
        return ck.say("MapStoreNil", value.span, map=state.name)
    if isinstance(value.type, OptType):
        return untested(ck, value)
    if not see_value(ck, state, value):
        return bad(value.span)
    held = value_of(state)
    assert held is not None
    return structs.stored(ck, value, held, f"a value of `{state.name}`")


# ---------------------------------------------------------------- methods


def get(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M[k]`."""
    keys = keys_of(ck, node, node.args, state)
    return bad(node.span) if keys is None else _get(ck, node.span, state, keys)


def _get(ck: Checker, span: Span, state: MapState, keys: tuple[typed.Node, ...], missing: bool = False) -> typed.Node:
    """`missing`: nil where there is none, whatever the default."""
    type_ = _value_type(state)
    if type_ != NEVER and (missing or state.default is None) and not _proved(ck, state, keys):
        type_ = OptType(type_)
    return typed.MapGet(span, type_, state.name, keys)


def put(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M[k] = v`."""
    keys = keys_of(ck, node, node.args[:-1], state)
    value = stored(ck, state, ck.value(node.args[-1]))
    if keys is None or not settled(value.type):
        return bad(node.span)
    structs.mark_stored(ck, value)
    return typed.MapSet(node.span, value.type, state.name, keys, value)


def has(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.key?(k)`."""
    keys = keys_of(ck, node, node.args, state)
    return bad(node.span) if keys is None else typed.MapHas(node.span, BOOL, state.name, keys)


def fetch(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.fetch(k, d)`: the default of the map plays no part."""
    if node.block is not None or len(node.args) < 2:
        _check(ck, node)
        key = ", ".join(arg.span.text for arg in node.args) or "k"
        return ck.say("FetchDefault", node.name_span, map=state.name, key=key)
    given = node.args[:-1]
    keys = keys_of(ck, node, given, state)
    other = ck.value(node.args[-1])
    if keys is None or not settled(other.type):
        return bad(node.span)
    lead, keys = _held(ck, keys)
    if not is_plain(other):
        temp = ck.temp(other.type, other.span)
        lead.append(typed.Write(other.span, other.type, temp, other))
        other = typed.Read(other.span, other.type, temp)
    found = _get(ck, node.span, state, keys, True)
    if not isinstance(found.type, OptType):
        return found if not lead else typed.Seq(node.span, found.type, (*lead, found))
    temp = ck.temp(found.type, node.span)
    read = typed.Read(node.span, found.type, temp)
    whole = join(found.type.of, other.type)
    if whole is None:
        return ck.say("BranchTypes", node.span, then=ck.called(found.type.of), other=ck.called(other.type))
    chosen = typed.If(node.span, whole, typed.IsNil(node.span, BOOL, read), coerce(ck, other, whole),
                      coerce(ck, unwrapped(read), whole))  # fmt: skip
    return typed.Seq(node.span, whole, (*lead, typed.Write(node.span, found.type, temp, found), chosen))


def _held(ck: Checker, keys: tuple[typed.Node, ...]) -> tuple[list[typed.Node], tuple[typed.Node, ...]]:
    """Keys that may be written twice: each in a temporary, unless it is plain."""
    lead: list[typed.Node] = []
    out: list[typed.Node] = []
    for key in keys:
        if not is_plain(key):
            temp = ck.temp(key.type, key.span)
            lead.append(typed.Write(key.span, key.type, temp, key))
            key = typed.Read(key.span, key.type, temp)
        out.append(key)
    return lead, tuple(out)


def delete(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.delete(k)`: a struct comes as a copy in this frame."""
    keys = keys_of(ck, node, node.args, state)
    if keys is None:
        return bad(node.span)
    held = value_of(state)
    if held is None and used:
        return bad(node.span)
    type_ = OptType(value_type(held)) if used and held is not None else NIL
    return typed.MapDelete(node.span, type_, state.name, keys, used)


def push(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`Q.push(v)`, `Q << v`."""
    value = stored(ck, state, ck.value(node.args[0]))
    if not settled(value.type):
        return bad(node.span)
    structs.mark_stored(ck, value)
    return typed.MapPush(node.span, BOOL, state.name, value)


def take(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`Q.pop`, `Q.peek`."""
    held = value_of(state)
    type_: Type = NEVER if held is None else OptType(value_type(held))
    return typed.MapTake(node.span, type_, state.name, ck.dialect.map_methods[node.name])


def included(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`BLOOM.include?(v)`: no if it was surely never put in."""
    value = stored(ck, state, ck.value(node.args[0]))
    return typed.MapHas(node.span, BOOL, state.name, (value,)) if settled(value.type) else bad(node.span)


def emit(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`RING << e`."""
    value = ck.value(node.args[0])
    if not settled(value.type):
        return bad(node.span)
    if isinstance(value.type, OptType):
        return untested(ck, value)
    if not isinstance(value.type, StructType):
        return ck.say("RingValue", value.span, ring=state.name, have=ck.called(value.type))
    if state.record is None and not (ck.flow.dead or ck.flow.absent):
        state.record, state.value_at = value.type.storage, value.span
        ck.changed = True
    if state.record is not None and state.record != value.type.storage:
        return ck.say("RingRecordOther", value.span, *earlier(state.value_at), ring=state.name,
                      have=ck.called(value.type), want=state.record.name)  # fmt: skip
    structs.mark_stored(ck, value)
    return typed.Send(node.span, BOOL, state.name, value)


def reserve(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`RING.reserve { |e| … }`."""
    block = node.block
    if block is None or len(block.params) != 1:
        return ck.say("ReserveBlock", node.name_span, ring=state.name)
    if state.row is not None and state.row.name != "RINGBUF":
        return ck.say("ReserveRing", node.name_span, ring=state.name)
    if state.record is None:
        return ck.say("ReserveRecord", node.name_span, ring=state.name, declared=f"{state.name} = {state.decl.word} Event")
    var = ck.var(block.params[0])
    ck.frame.sites[var] = None
    var.type = StructType(state.record, "record")
    before = ck.flow
    ck.assigned(var, True)
    inner: tree.Node = block.body
    if block.next_label.used:
        inner = tree.Catch(block.span, block.next_label, inner)
    if block.break_label.used:
        return ck.say("ReserveBreak", node.name_span, ring=state.name)
    body = ck.effect(inner)
    ck.flow = merge(before, ck.flow)
    return typed.Reserve(node.span, BOOL, state.name, var, body)


def each(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.each { |k, v| … }`: a loop over the elements, in no order."""
    from rucy.lang.checker.control import enter_loop, turn_ends

    block = node.block
    if block is None or len(block.params) != 2:
        return ck.say("EachBlock", node.name_span, map=state.name)
    ck.need("5.13", f"`{state.name}.each`", node.name_span)
    key = key_storage(state)
    held = value_of(state)
    flow = enter_loop(ck, block.body)
    pair: list[typed.Var] = []
    for param, storage in zip(block.params, (key, held)):
        var = ck.var(param)
        ck.frame.sites[var] = None
        type_: Type = NEVER if storage is None else value_type(storage, "percpu" if state.per_cpu else "map")
        if isinstance(type_, StructType) and storage is key:
            type_ = type_._replace(place="frame")
        joined = ck.raise_type(var.type, type_)
        if joined is None:
            return ck.say("VariableTypes", param.span, name=param.name, old=ck.called(var.type), new=ck.called(type_))
        var.type = joined
        if storage is not None:
            ck.widths[var] = both(ck.widths.get(var, NOTHING), Seen(storage)) or Seen(storage)
        ck.assigned(var, True)
        pair.append(var)
    body: tree.Node = block.body
    if block.next_label.used:
        body = tree.Catch(block.span, block.next_label, body)
    inner = ck.effect(body)
    turn_ends(ck, block.body)
    ck.flow = flow
    if key is None or held is None:
        return bad(node.span)
    if _sees_packet(inner):
        return ck.say("NotYet", node.name_span, what="looking at the packet while going through a map",
                      instead="put what is wanted of it into variables before")  # fmt: skip
    return typed.MapEach(node.span, NIL, state.name, pair[0], pair[1], inner, "each")


_OF_PACKETS = (typed.PacketHeader, typed.PacketNumber, typed.PacketSize, typed.PacketField, typed.PacketBytes, typed.PacketStore)


def _sees_packet(node: object) -> bool:
    """Is there anything of the packet in a typed tree, or in the methods that it calls?"""
    if isinstance(node, tuple):
        return any(_sees_packet(part) for part in node)
    if isinstance(node, typed.CallMethod) and _sees_packet(node.method.body):
        return True
    if isinstance(node, _OF_PACKETS):
        return True
    return isinstance(node, typed.Node) and any(_sees_packet(getattr(node, name)) for name in node.__slots__)


class Later(tree.Node):
    """A tree node for what is checked when its turn comes, inside the node around it."""

    __slots__ = ("make",)
    make: Callable[[], typed.Node]


def each_call(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.each { … }`, which `break` ends."""
    if node.block is None or not node.block.break_label.used:
        return each(ck, node, state, used)
    ck.table.setdefault(Later, lambda ck, later, used: later.make())
    body = Later(node.span, lambda: each(ck, node, state, used))
    return ck.expr(tree.Catch(node.span, node.block.break_label, body), used)


_Method = tuple["tuple[int, ...] | None", bool, "Callable[[Checker, tree.Send, MapState, bool], typed.Node]"]
_KEYED: dict[str, _Method] = {
    "get": (None, False, get), "set": (None, False, put), "has": (None, False, has), "fetch": (None, True, fetch),
    "delete": (None, False, delete),
}  # fmt: skip
#: What each kind of map has, by the neutral names of `Dialect.map_methods`: numbers of arguments, may it have a block?
_METHODS: dict[str, dict[str, _Method]] = {
    "hash": {**_KEYED, "each": ((0,), True, each_call)},
    "lpm": _KEYED,
    "storage": _KEYED,
    "array": {"get": ((1,), False, get), "set": ((2,), False, put), "fetch": (None, True, fetch),
              "each": ((0,), True, each_call)},
    "queue": {"push": ((1,), False, push), "append": ((1,), False, push), "pop": ((0,), False, take),
              "peek": ((0,), False, take)},
    "bloom": {"push": ((1,), False, push), "append": ((1,), False, push), "has": ((1,), False, included)},
    "ring": {"append": ((1,), False, emit), "reserve": ((0,), True, reserve)},
    "fds": {},
    "stacks": {},
    "programs": {},
    "histogram": {"append": ((1,), False, histograms.put), "get": (None, False, histograms.keyed)},
    "stats": {"append": ((1,), False, histograms.put), "get": (None, False, histograms.keyed)},
}  # fmt: skip


# ---------------------------------------------------------------- updates


def update(ck: Checker, node: tree.Update, state: MapState, used: bool) -> typed.Node:
    """`M[k] op= v`."""
    if state.refused or state.kind not in ("hash", "array", "lpm", "storage") or node.name != "[]":
        for arg in (*node.args, node.value):
            ck.expr(arg)
        if state.refused:
            return bad(node.span)
        return ck.say("NoMapUpdate", node.span, map=state.name, word=state.decl.word, text=node.span.text)
    if node.op in ("||", "&&"):
        return _or_set(ck, node, state)
    keys = keys_of(ck, node, node.args, state)
    value = ck.value(node.value)
    if not settled(value.type):
        return bad(node.span)
    if may_be_nil(value.type):
        return untested(ck, value)
    if not isinstance(value.type, IntType) or value.type.net:
        return ck.say("MapUpdateType", value.span, map=state.name, op=node.op, have=ck.called(value.type))
    if not _see_update(ck, state, node, value):
        return bad(node.span)
    held = value_of(state)
    if not isinstance(held, IntStorage) or held.net:
        return ck.say("MapUpdateOf", node.span, map=state.name, op=node.op, held=shown(held))
    if state.default is None and state.kind != "array":
        return ck.say("MapUpdateDefault", node.span, map=state.name, op=node.op, key=_key_text(node),
                      value=node.value.span.text, declared=declaration(state, 0))  # fmt: skip
    if keys is None:
        return bad(node.span)
    op = _ATOMIC.get(node.op)
    if op is None:
        return _read_modify_write(ck, node, state, keys, value)
    if not state.per_cpu:
        if held.width < 4:
            return ck.say("AtomicWidth", node.span, what=f"a value of `{state.name}`", held=shown(held), op=node.op,
                          wide=":i32" if held.signed else ":u32")  # fmt: skip
        if used or op in ("and", "or", "xor"):
            ck.need("5.12", f"`{state.name}[…] {node.op}=`" + (" as a value" if used else ""), node.span)
    type_: Type = IntType(held.signed)
    value = coerce(ck, value, type_)
    if used and state.kind == "array" and not _proved(ck, state, keys):
        type_ = OptType(type_)
    return typed.MapUpdate(node.span, type_, state.name, keys, op, value, used)


def _see_update(ck: Checker, state: MapState, node: tree.Update, value: typed.Node) -> bool:
    if state.value is None and not isinstance(state.seen.storage, IntStorage | None):
        return True  # the update is refused for what the values are
    return see_value(ck, state, value, signed=node.op == "-")


def _key_text(node: tree.Update) -> str:
    return ", ".join(arg.span.text for arg in node.args)


def _read_modify_write(
    ck: Checker, node: tree.Update, state: MapState, keys: tuple[typed.Node, ...], value: typed.Node
) -> typed.Node:
    """`M[k] *= n`: on a per-CPU map nobody else is there; a shared one would lose what others write between."""
    if not state.per_cpu:
        return ck.say("MapOperator", node.span, map=state.name, op=node.op)
    from rucy.lang.checker.exprs import Done

    lead, keys = _held(ck, keys)
    if not is_plain(value):
        temp = ck.temp(value.type, value.span)
        lead.append(typed.Write(value.span, value.type, temp, value))
        value = typed.Read(value.span, value.type, temp)
    old = _get(ck, node.span, state, keys)
    if isinstance(old.type, OptType):
        return ck.say("MapIndexUnproved", node.span, map=state.name, size=state.size, key=_key_text(node))
    kept = ck.expansions.get((id(node), "op"))
    if kept is None:
        left, right = Done(old.span, old), Done(value.span, value)
        made = tree.Send(node.span, left, node.op, (right,), (), None, False, node.span)
        kept = ck.expansions[id(node), "op"] = (node, (left, right), made)
    kept[1][0].node, kept[1][1].node = old, value
    new = stored(ck, state, ck.value(kept[2]))
    if not settled(new.type):
        return bad(node.span)
    made_set = typed.MapSet(node.span, new.type, state.name, keys, new)
    return typed.Seq(node.span, new.type, (*lead, made_set)) if lead else made_set


def _or_set(ck: Checker, node: tree.Update, state: MapState) -> typed.Node:
    """`M[k] ||= v`."""
    keys = keys_of(ck, node, node.args, state)
    before = ck.flow
    value = ck.value(node.value)
    ck.flow = merge(before, ck.flow)
    value = stored(ck, state, value)
    if node.op == "&&":
        return ck.say("MapAndSet", node.span, map=state.name, key=_key_text(node), value=node.value.span.text)
    if state.kind == "array":
        return ck.say("ArrayOrSet", node.span, map=state.name, key=_key_text(node))
    if state.default is not None:
        return ck.say("DefaultOrSet", node.span, map=state.name, key=_key_text(node), value=node.value.span.text)
    if keys is None or not settled(value.type):
        return bad(node.span)
    if isinstance(value.type, BoolType):
        return ck.say("BoolOrSet", node.span, map=state.name, key=_key_text(node), value=node.value.span.text)
    structs.mark_stored(ck, value)
    return typed.MapOrSet(node.span, OptType(_value_type(state)), state.name, keys, value)


def reference(ck: Checker, node: tree.Node, kinds: tuple[str, ...]) -> typed.Node | None:
    """A map as an argument of a helper or word; None where the expression names none of those kinds of map."""
    state = find(ck, node)
    if state is None or state.refused:
        return bad(node.span) if state is not None else None
    return typed.MapRef(node.span, MapType(state.name), state.name) if state.kind in kinds else None


def tail_call(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`tail_call PROGS, i`: what follows runs where there is no such program."""
    from rucy.lang.checker import context, helper_calls

    row = helper_calls.find("tail_call")
    assert row is not None
    if len(node.args) != 2 or node.kwargs:
        _check(ck, node)
        return ck.say("WrongArity", node.name_span, name=node.name, takes="2", given=len(node.args))
    target = reference(ck, node.args[0], ("programs",))
    index = ck.value(node.args[1])
    if not helper_calls.allowed(ck, node, row):
        return bad(node.span)
    if target is None:
        return ck.say("TailCallMap", node.args[0].span, text=node.args[0].span.text)
    if not settled(target.type) or not settled(index.type):
        return bad(node.span)
    state: MapState = ck.maps[find(ck, node.args[0]).name]  # type: ignore[union-attr]
    if ck.site.hook is None or ck.site.hook.word != state.hook:
        return ck.say("TailCallHook", node.args[0].span, map=state.name, want=state.hook)
    if may_be_nil(index.type):
        return untested(ck, index)
    if not isinstance(index.type, IntType) or index.type.net:
        return ck.say("IndexType", index.span, have=ck.called(index.type))
    slot = _index(ck, coerce(ck, index, U64), index, state)
    if slot is None:
        return bad(node.span)
    if ck.site.context in ("__sk_buff", "xdp_md"):
        from rucy.lang.checker import packets

        packets.moved(ck, node.name_span)
    return typed.CallHelper(node.span, NIL, "tail_call", (context.raw(ck, node), target, slot))


# ---------------------------------------------------------------- at the end


def declaration(state: MapState, default: int | None = None) -> str:
    """The declaration with all types, TYPE where one is not known."""
    keys = key_parts(state)
    value = shown(value_of(state))
    texts = [shown(part) for part in keys or (None,)]
    key = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    if default is not None and keys is None and value == "TYPE":
        return f"{state.name} = {state.decl.word}(default: {default})"
    more = f", default: {default}" if default is not None else ""
    match state.kind:
        case "storage":
            return f"{state.name} = {state.decl.word}({value}{more})"
        case "array" | "queue" | "bloom":
            return f"{state.name} = {state.decl.word}({value}, {state.size})"
    return f"{state.name} = {state.decl.word}({key} => {value}{more})"


def check_open(ck: Checker) -> None:
    """What no use has settled is an error that shows the declaration; only where nothing else is wrong."""
    if ck.said:
        return
    for state in ck.maps.values():
        if state.refused or state.kind in ("fds", "stacks", "programs"):
            continue
        if state.kind in ("histogram", "stats"):
            if state.keyed is None:
                histograms.settle(ck, state, False, state.decl.span)
            continue
        if state.kind == "ring":
            if state.record is None:
                ck.say("RingOpen", state.decl.span, ring=state.name, declared=f"{state.name} = {state.decl.word} Event")
            continue
        no_key = state.kind in ("hash", "lpm") and key_parts(state) is None
        no_value = value_of(state) is None
        if no_key or no_value:
            what = "the keys and values are" if no_key and no_value else "the keys are" if no_key else "the values are"
            ck.say("MapOpen", state.decl.span, map=state.name, what=what, declared=_example(state))


def _example(state: MapState) -> str:
    """A whole declaration, with :u64 for what is open."""
    return declaration(state, state.default).replace("TYPE", ":u64")


__all__ = ["call", "check_open", "declaration", "find", "shown", "update"]
