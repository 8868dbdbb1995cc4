"""Maps in use: `M[k]`, `M[k] = v`, `M[k] += n`, `key?`, `fetch`, `delete`, `push`, `pop`, `peek`, `RING << e`.

In: calls on a constant that declares a map. Out: the Map nodes of lang/typed.py. What a use shows of a map whose types are
left out rises in its `MapState`; the nodes have the types that are known so far, NEVER where nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import aliases, histograms, inner_maps, structs
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
    S64,
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
    if state.refused or not _may_name(ck, state, node.span):
        if state.kind != "arena":  # which is given types
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


def _may_name(ck: Checker, state: MapState, span: Span) -> bool:
    """May this program use a map with such values?"""
    held = value_of(state)
    if held is None or not structs.holds_object(held):
        return True
    from rucy.lang.checker import objects

    return objects.fits_program(ck, held, state.name, span)


def _check(ck: Checker, node: tree.Send) -> None:
    for arg in node.args:
        if find(ck, arg) is None:
            ck.expr(arg)


def _no_method(ck: Checker, node: tree.Send, state: MapState) -> typed.Node:
    from rucy.lang.checker.suggest import lines, nearest

    _check(ck, node)
    meant = ck.dialect.map_methods.get(node.name, "")
    if meant in ("count", "empty", "size"):
        return ck.say("MapCount", node.name_span, name=node.name, map=state.name)
    known = [name for name, what in ck.dialect.map_methods.items() if what in _METHODS[state.kind]]
    best = nearest(node.name, known) if node.name[:1].isalpha() else None
    if state.kind == "array" and meant == "delete":
        return ck.say("ArrayDelete", node.name_span, map=state.name)
    advice = f"did you mean `{best}`?" if best and not meant else _instead(state, meant) if meant or not known else ""
    advice = advice or lines(f"what {a_kind(state)} has here", known)
    return ck.say("NoMapMethod", node.name_span, name=node.name, map=state.name, word=a_kind(state), advice=advice)


def a_kind(state: MapState) -> str:
    """The kind of a map, in a sentence."""
    word = state.decl.word
    return f"{'an' if word[0] in 'aeio' else 'a'} `{word}`"


def _instead(state: MapState, meant: str) -> str:
    """What to do where the kernel cannot do what was meant; "" where there is nothing to say."""
    from rucy.lang.errors.maps import INSTEAD

    found = next((INSTEAD[key] for key in ((state.decl.word, meant), (state.kind, meant), (state.decl.word, ""),
                                          (state.kind, "")) if key in INSTEAD), "")  # fmt: skip
    return found.format(map=state.name, size=state.size, word=state.decl.word)


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
    if state.indexed:
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
    shown = tree.Send(node.span, None, f"{state.name}[…]", args, (), None, False, node.span)
    made = helper_arguments.check(ck, shown, helpers.for_program(row, ck.site.prog_type), 1, args[0])
    return (made,) if settled(made.type) else None


def _see_key(ck: Checker, state: MapState, values: list[typed.Node], span: Span) -> bool:
    """Raise what is known of the key by one use; says where it does not fit."""
    have = key_parts(state) if state.parts is not None or state.kind == "array" else None
    if have is not None or state.keys is not None:
        count = len(have) if have is not None else len(state.keys or ())
        if count != len(values):
            ck.say("MapKeyParts", span, *earlier(state.key_at), map=state.name, count=count, given=len(values))
            return False
    for at, value in enumerate(values):
        as_number = have is None or isinstance(have[at], IntStorage)
        if as_number and isinstance(value.type, PtrType) and value.type.pointee and _in_place(ck, value.type.pointee):
            ck.say("MapKeyArray", value.span, text=value.span.text, map=state.name)
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


def _in_place(ck: Checker, pointee: int) -> bool:
    """Is it the address of an array in the kernel?"""
    from rucy.btf.types import Array

    return isinstance(ck.btf().type(ck.btf().strip(pointee)), Array)


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
            if storage.net:
                return f":be{storage.net}"
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
        if 0 <= value.value < state.most:
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
    size = typed.Int(value.span, U64, state.most)
    inside: typed.Node = typed.Prim(value.span, BOOL, "lt", (value, size), 0)
    if low < 0:
        positive = typed.Prim(value.span, BOOL, "ge", (value, typed.Int(value.span, U64, 0)), 0)
        inside = typed.If(value.span, BOOL, positive, inside, typed.Bool(value.span, BOOL, False))
    chosen = typed.If(value.span, U64, inside, coerce(ck, value, U64), typed.Int(value.span, U64, _NONE))
    return typed.Seq(value.span, U64, (*lead, chosen)) if lead else chosen


def _proved(ck: Checker, state: MapState, keys: tuple[typed.Node, ...]) -> bool:
    """Is there surely an element?"""
    if state.kind != "array" and not (state.kind == "maps" and inner_maps.is_full(state)):
        return False
    low, high = interval(ck, keys[0])
    return low >= 0 and high < state.least


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
    if not _can_keep(ck, state, new.storage, value.span):
        return False
    if state.value_at is None:
        state.value_at = value.span
    if new != state.seen:
        state.seen = new
        ck.changed = True
    return True


def _can_keep(ck: Checker, state: MapState, held: Storage | None, span: Span) -> bool:
    """Can the map have what a struct has of the kernel's own objects?"""
    if held is None or not structs.holds_object(held):
        return True
    from rucy.lang.checker import objects

    return objects.fits_map(ck, state, held, span)


def _value_type(state: MapState) -> Type:
    """The type of a value read from the map; NEVER while nothing is known."""
    if state.kind == "maps":
        return MapType(state.name, True)
    held = value_of(state)
    return NEVER if held is None else value_type(held, _place(state))


def _place(state: MapState) -> str:
    """Whose memory a struct in it is, for a program: the kernel's own are only read, so they come as copies."""
    return "frame" if state.kind == "devices" else "percpu" if state.per_cpu else "map"


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


def _get(
    ck: Checker, span: Span, state: MapState, keys: tuple[typed.Node, ...], missing: bool = False, proved: bool | None = None
) -> typed.Node:
    """`missing`: nil where there is none, whatever the default. `proved`: of keys as they were before they were held."""
    type_ = _value_type(state)
    proved = _proved(ck, state, keys) if proved is None else proved
    if type_ != NEVER and (missing or state.default is None) and not proved:
        type_ = OptType(type_)
    return typed.MapGet(span, type_, state.use, keys)


def put(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M[k] = v`."""
    keys = keys_of(ck, node, node.args[:-1], state)
    value = stored(ck, state, ck.value(node.args[-1]))
    if keys is None or not settled(value.type):
        return bad(node.span)
    shared = state.kind in ("hash", "array", "lpm") and not state.per_cpu
    if shared and isinstance(value.type, IntType) and _reads_element(node.args[-1], node):
        return ck.say("MapReadModifyWrite", node.span, map=state.name, key=", ".join(arg.span.text for arg in node.args[:-1]))
    structs.mark_stored(ck, value)
    aliases.replaced(ck, aliases.in_map(state.use, keys), value.type, node.span)
    return typed.MapSet(node.span, value.type, state.use, keys, value)


def _reads_element(part: object, store: tree.Send) -> bool:
    """Does a value on its way to `M[k]` read that very element?"""
    if isinstance(part, tuple):
        return any(_reads_element(one, store) for one in part)
    if not isinstance(part, tree.Node):
        return False
    if isinstance(part, tree.Send) and isinstance(part.recv, tree.Const) and isinstance(store.recv, tree.Const):
        count = len(store.args) - 1
        keys = [[arg.span.text for arg in args] for args in (part.args[:count], store.args[:-1])]
        if part.recv.name == store.recv.name and part.name in ("[]", "fetch") and keys[0] == keys[1]:
            return True
    return any(_reads_element(getattr(part, name), store) for name in part.__slots__)


def has(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.key?(k)`."""
    keys = keys_of(ck, node, node.args, state)
    return bad(node.span) if keys is None else typed.MapHas(node.span, BOOL, state.use, keys)


def size(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`ARRAY.size`: all its elements are always there."""
    if state.indexed and not state.sized_by:
        return typed.Int(node.span, U64, state.size)
    return _no_method(ck, node, state)


def fetch(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.fetch(k, d)`: the default of the map plays no part."""
    if node.block is not None and node.args:
        return ck.expr(_fetch_or_block(ck, node, node.block), used)
    if len(node.args) < 2:
        _check(ck, node)
        key = ", ".join(arg.span.text for arg in node.args) or "k"
        return ck.say("FetchDefault", node.name_span, map=state.name, key=key)
    given = node.args[:-1]
    keys = keys_of(ck, node, given, state)
    other = ck.value(node.args[-1])
    if keys is None or not settled(other.type):
        return bad(node.span)
    proved = _proved(ck, state, keys)
    lead, keys = _held(ck, keys)
    if not is_plain(other):
        temp = ck.temp(other.type, other.span)
        lead.append(typed.Write(other.span, other.type, temp, other))
        other = typed.Read(other.span, other.type, temp)
    found = _get(ck, node.span, state, keys, True, proved)
    if not isinstance(found.type, OptType):  # it is there in any case, and its kind is that of the form
        from rucy.lang.checker.control import in_kind

        found = in_kind(ck, found, join(found.type, other.type) or found.type)
        return found if not lead else typed.Seq(node.span, found.type, (*lead, found))
    temp = ck.temp(found.type, node.span)
    read = typed.Read(node.span, found.type, temp)
    whole = join(found.type.of, other.type)
    if whole is None:
        return ck.say("BranchTypes", node.span, then=ck.called(found.type.of), other=ck.called(other.type))
    chosen = typed.If(node.span, whole, typed.IsNil(node.span, BOOL, read), coerce(ck, other, whole),
                      coerce(ck, unwrapped(read), whole))  # fmt: skip
    return typed.Seq(node.span, whole, (*lead, typed.Write(node.span, found.type, temp, found), chosen))


def _fetch_or_block(ck: Checker, node: tree.Send, block: tree.Block | tree.PassedBlock) -> tree.Node:
    """`M.fetch(k) { |k| v }` as `(f = M.fetch(k, nil)).nil? ? v : f`, the keys held where the block asks for them."""
    from rucy.lang.blocks import turn

    kept = ck.expansions.get((id(node), "fetch"))
    if kept is not None:
        expanded: tree.Node = kept[2]
        return expanded
    span, steps = node.span, []
    parts = node.args[0].items if len(node.args) == 1 and isinstance(node.args[0], tree.Array) else node.args
    given: tuple[tree.Node, ...] = ()
    if isinstance(block, tree.PassedBlock) or block.params or block.method:
        held: list[tree.Node] = []
        for part in parts:
            var = tree.Var("%key", part.span)
            steps.append(tree.SetLocal(part.span, var, part))
            held.append(tree.Local(part.span, var))
        parts = tuple(held)
        given = parts if len(parts) == 1 else (tree.Array(span, parts),)  # a key of several parts is one
    found = tree.Var("%found", span)
    args = (*parts, tree.Nil(span))
    get = tree.Send(span, node.recv, node.name, args, node.kwargs, None, False, node.name_span)
    there = tree.Local(span, found)
    other = turn(block, given, span)
    chosen = tree.If(span, tree.Prim(span, "is_nil", (there,)), other, there, "fetch")
    made: tree.Node = tree.Seq(span, (*steps, tree.SetLocal(span, found, get), chosen))
    if isinstance(block, tree.Block) and block.break_label.used:
        made = tree.Catch(span, block.break_label, made)
    ck.expansions[id(node), "fetch"] = (node, None, made)
    return made


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
    if used and held is not None and structs.holds_object(held):
        return ck.say("ObjectDeleted", node.span, map=state.name, text=node.span.text)
    type_ = OptType(value_type(held)) if used and held is not None else NIL
    return typed.MapDelete(node.span, type_, state.use, keys, used)


def push(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`Q.push(v)`, `Q << v`."""
    value = stored(ck, state, ck.value(node.args[0]))
    if not settled(value.type):
        return bad(node.span)
    structs.mark_stored(ck, value)
    return typed.MapPush(node.span, BOOL, state.use, value)


def take(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`Q.pop`, `Q.peek`."""
    held = value_of(state)
    type_: Type = NEVER if held is None else OptType(value_type(held))
    return typed.MapTake(node.span, type_, state.use, ck.dialect.map_methods[node.name])


def included(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`BLOOM.include?(v)`: no if it was surely never put in."""
    value = stored(ck, state, ck.value(node.args[0]))
    return typed.MapHas(node.span, BOOL, state.use, (value,)) if settled(value.type) else bad(node.span)


def emit(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`RING << e`."""
    value = ck.value(node.args[0])
    if not settled(value.type):
        return bad(node.span)
    if isinstance(value.type, OptType):
        return untested(ck, value)
    if not isinstance(value.type, StructType):
        return ck.say("RingValue", value.span, ring=state.name, have=ck.called(value.type))
    if not _can_keep(ck, state, value.type.storage, value.span):
        return bad(node.span)
    if state.record is None and not (ck.flow.dead or ck.flow.absent):
        state.record, state.value_at = value.type.storage, value.span
        ck.changed = True
    if state.record is not None and state.record != value.type.storage:
        return ck.say("RingRecordOther", value.span, *earlier(state.value_at), ring=state.name,
                      have=ck.called(value.type), want=state.record.name)  # fmt: skip
    structs.mark_stored(ck, value)
    return typed.Send(node.span, BOOL, state.use, value)


def reserve(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`RING.reserve { |e| … }`."""
    block = node.block
    if not isinstance(block, tree.Block) or len(block.params) != 1:
        return ck.say("ReserveBlock", node.name_span, ring=state.name)
    if state.row is not None and state.row.name != "RINGBUF":
        return ck.say("ReserveRing", node.name_span, ring=state.name)
    if node.args:
        from rucy.lang.checker import dynptrs

        return dynptrs.reserve(ck, node, state)
    if state.record is None:
        return ck.say("ReserveRecord", node.name_span, ring=state.name, declared=f"{state.name} = {state.decl.word} Event")
    var = ck.var(block.params[0].var)
    ck.frame.sites[var] = None
    var.type = StructType(state.record, "record")
    before = ck.flow
    structs.begins(ck, var)
    inner: tree.Node = block.body
    if block.next_label.used:
        inner = tree.Catch(block.span, block.next_label, inner)
    if block.break_label.used:
        return ck.say("ReserveBreak", node.name_span, ring=state.name)
    body = ck.effect(inner)
    ck.flow = merge(before, ck.flow)
    return typed.Reserve(node.span, BOOL, state.use, var, body)


def each(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.each { |k, v| … }`: a loop over the elements, in no order."""
    from rucy.lang.checker.callbacks import turn

    block = node.block
    if not isinstance(block, tree.Block) or len(block.params) not in (0, 2):
        return ck.say("EachBlock", node.name_span, map=state.name)
    ck.need("5.13", f"`{state.name}.each`", node.name_span)
    given = element_types(state)
    made = turn(ck, node, given, "while going through a map")
    if made is None or any(type_ == NEVER for type_, _ in given):
        return bad(node.span)
    (key, value), body = made
    return typed.MapEach(node.span, NIL, state.use, key, value, body, "each")


def element_types(state: MapState) -> list[tuple[Type, Storage | None]]:
    """What a block is given of an element: its key, copied, and its value, a struct where it is. NEVER while not known."""
    key, held = key_storage(state), value_of(state)
    of_key: Type = NEVER if key is None else value_type(key)
    return [(of_key, key), (NEVER if held is None else _value_type(state), held)]


def drain(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`RB.drain { |e| … }`: a loop over what user space has put there, oldest first. Its value: how many there were."""
    from rucy.lang.checker.callbacks import turn

    block = node.block
    if not isinstance(block, tree.Block) or len(block.params) != 1:
        return ck.say("DrainBlock", node.name_span, map=state.name)
    ck.need("6.1", f"`{state.name}.drain`", node.name_span)
    if state.record is None:
        return ck.say("ReserveRecord", node.name_span, ring=state.name, declared=f"{state.name} = {state.decl.word} Event")
    made = turn(ck, node, [(value_type(state.record), state.record)], "while going through a map")
    if made is None:
        return bad(node.span)
    return typed.MapEach(node.span, S64, state.use, None, made[0][0], made[1], "drain")


def each_call(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
    """`M.each { … }` or `RB.drain { … }`, which `break` ends."""
    from rucy.lang.checker.callbacks import with_break

    walk = drain if state.kind == "orders" else each
    return with_break(ck, node, used, lambda: walk(ck, node, state, used))


def _of(module: str, name: str) -> Callable[[Checker, tree.Send, MapState, bool], typed.Node]:
    """A method in another module, which few programs need."""

    def method(ck: Checker, node: tree.Send, state: MapState, used: bool) -> typed.Node:
        from importlib import import_module

        found: Callable[..., typed.Node] = getattr(import_module(f"rucy.lang.checker.{module}"), name)
        return found(ck, node, state, used)

    return method


_Method = tuple["tuple[int, ...] | None", bool, "Callable[[Checker, tree.Send, MapState, bool], typed.Node]"]
_KEYED: dict[str, _Method] = {
    "get": (None, False, get), "set": (None, False, put), "has": (None, False, has), "fetch": (None, True, fetch),
    "delete": (None, False, delete),
}  # fmt: skip
_WALKS: dict[str, _Method] = {
    name: ((0, 1) if name == "sum" else (0,), True, _of("map_walks", "walk"))
    for name in ("count", "sum", "any", "all", "none", "each_key", "each_value")
}
#: What each kind of map has, by the neutral names of `Dialect.map_methods`: numbers of arguments, may it have a block?
_METHODS: dict[str, dict[str, _Method]] = {
    "hash": {**_KEYED, "each": ((0,), True, each_call), **_WALKS},
    "lpm": _KEYED,
    "storage": _KEYED,
    "array": {"get": ((1,), False, get), "set": ((2,), False, put), "fetch": (None, True, fetch),
              "has": ((1,), False, has), "each": ((0,), True, each_call), "size": ((0,), False, size), **_WALKS},
    "maps": {"get": (None, False, get), "has": (None, False, has), "size": ((0,), False, size)},
    "queue": {"push": ((1,), False, push), "append": ((1,), False, push), "pop": ((0,), False, take),
              "peek": ((0,), False, take)},
    "bloom": {"push": ((1,), False, push), "append": ((1,), False, push), "has": ((1,), False, included)},
    "arena": {"alloc": ((1, 2), False, _of("arenas", "alloc")), "free": ((1,), False, _of("arenas", "free"))},
    "orders": {"drain": ((0,), True, each_call)},
    "ring": {"append": ((1,), False, emit), "reserve": ((0, 1), True, reserve)},
    "fds": {},
    "devices": {"get": ((1,), False, get), "has": ((1,), False, has), "fetch": (None, True, fetch)},
    "xsks": {"has": ((1,), False, has)},
    "sockets": {"get": (None, False, _of("kernel_maps", "socket")), "set": (None, False, _of("kernel_maps", "put_socket")),
                "delete": (None, False, _of("kernel_maps", "take_out"))},
    "stacks": {},
    "programs": {},
    "histogram": {"append": ((1,), False, histograms.put), "get": (None, False, histograms.keyed)},
    "stats": {"append": ((1,), False, histograms.put), "get": (None, False, histograms.keyed)},
}  # fmt: skip


# ---------------------------------------------------------------- updates


def update(ck: Checker, node: tree.Update, state: MapState, used: bool) -> typed.Node:
    """`M[k] op= v`."""
    named = state.refused or _may_name(ck, state, node.span)
    if state.refused or not named or state.kind not in ("hash", "array", "lpm", "storage") or node.name != "[]":
        for arg in (*node.args, node.value):
            ck.expr(arg)
        if state.refused or not named:
            return bad(node.span)
        return ck.say("NoMapUpdate", node.span, map=state.name, word=a_kind(state), text=node.span.text,
                      advice=_instead(state, "update") or "only elements of hashes and arrays are changed in place")  # fmt: skip
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
    type_: Type = structs.update_kind(held, value.type, op)
    value = coerce(ck, value, IntType(held.signed))
    if used and state.kind == "array" and not _proved(ck, state, keys):
        type_ = OptType(type_)
    return typed.MapUpdate(node.span, type_, state.use, keys, op, value, used)


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

    lead: list[typed.Node] = []
    if state.found is not None:  # it is used twice
        temp = ck.temp(state.found.type, state.found.span)
        lead.append(typed.Write(state.found.span, temp.type, temp, state.found))
        state.found = typed.Read(state.found.span, temp.type, temp)
    proved = _proved(ck, state, keys)
    more, keys = _held(ck, keys)
    lead += more
    if not is_plain(value):
        temp = ck.temp(value.type, value.span)
        lead.append(typed.Write(value.span, value.type, temp, value))
        value = typed.Read(value.span, value.type, temp)
    old = _get(ck, node.span, state, keys, proved=proved)
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
    made_set = typed.MapSet(node.span, new.type, state.use, keys, new)
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
    return typed.MapOrSet(node.span, OptType(_value_type(state)), state.use, keys, value)


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
    found = find(ck, node.args[0])
    assert found is not None, "a target has a map"
    state: MapState = ck.maps[found.name]
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
        case "sockets":
            return f"{state.name} = {state.decl.word}({key}, {state.size})"
        case "maps":
            assert state.inner is not None
            return f"{state.name} = {state.decl.word}({key} => {state.inner.decl.span.text})"
        case "storage":
            return f"{state.name} = {state.decl.word}({value}{more})"
        case "array" | "queue" | "bloom":
            return f"{state.name} = {state.decl.word}({value}, {state.size})"
    return f"{state.name} = {state.decl.word}({key} => {value}{more})"


def check_open(ck: Checker) -> None:
    """What no use has settled is an error that shows the declaration; only where nothing else is wrong."""
    if ck.said:
        return
    for state in [each for outer in ck.maps.values() for each in (outer, outer.inner) if each is not None]:
        if state.refused or state.kind in ("fds", "devices", "xsks", "stacks", "programs", "arena"):
            continue
        if state.kind in ("histogram", "stats"):
            if state.keyed is None:
                histograms.settle(ck, state, False, state.decl.span)
            continue
        if state.kind in ("ring", "orders"):
            if state.record is None and not state.loose:
                ck.say("RingOpen", state.decl.span, ring=state.name, declared=f"{state.name} = {state.decl.word} Event")
            continue
        no_key = state.kind in ("hash", "lpm", "maps", "sockets") and key_parts(state) is None
        no_value = state.kind != "maps" and value_of(state) is None
        if no_key or no_value:
            what = "the keys and values are" if no_key and no_value else "the keys are" if no_key else "the values are"
            ck.say("MapOpen", state.decl.span, map=state.name, what=what, declared=_example(state))
    inner_maps.check_slots(ck)


def _example(state: MapState) -> str:
    """A whole declaration, with :u64 for what is open."""
    return declaration(state, state.default).replace("TYPE", ":u64")


__all__ = ["call", "check_open", "declaration", "find", "shown", "update"]
