"""Declarations of maps: what the words, types and options of `NAME = hash(:u32 => :u64, size: 64)` say.

In: `tree.MapDecl`s. Out: a `MapState` for each, which lasts over the rounds: what is declared stands, what is left out rises
with the uses (checker/maps.py). `finish` makes `typed.MapVar`s of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rucy.kernel.maptypes import BY_WORD
from rucy.lang import tree, typed
from rucy.lang.checker import storage
from rucy.lang.checker.storage import NOTHING, Seen, settle
from rucy.lang.checker.structs import holds_object
from rucy.lang.storage import (
    ArrayStorage,
    BoolStorage,
    BytesStorage,
    IntStorage,
    ObjectStorage,
    Storage,
    StructStorage,
    TextStorage,
    size_of,
    struct,
)  # fmt: skip

if TYPE_CHECKING:
    from rucy.kernel.maptypes import MapType
    from rucy.lang.checker.state import Checker
    from rucy.source import Span

DEFAULT_ENTRIES = 10_240
DEFAULT_RING = 256 * 1024
PAGE = 4096
_STACK = ArrayStorage(IntStorage(8, False, 0, "ksym"), 127)  # PERF_MAX_STACK_DEPTH of include/uapi/linux/perf_event.h
_NO_PREALLOC = 1  # BPF_F_NO_PREALLOC of include/uapi/linux/bpf.h, which trie_alloc (kernel/bpf/lpm_trie.c) and
# bpf_local_storage_map_alloc_check (kernel/bpf/bpf_local_storage.c) demand

_MMAPABLE = 1 << 10  # BPF_F_MMAPABLE, which arena_map_alloc (kernel/bpf/arena.c) demands

#: What a word's declaration looks like, and which methods its maps have.
KINDS: dict[str, str] = {
    **dict.fromkeys(("hash", "lru_hash", "percpu_hash", "lru_percpu_hash"), "hash"),
    **dict.fromkeys(("array", "percpu_array"), "array"), "lpm_trie": "lpm",
    **dict.fromkeys(("hash_of_maps", "array_of_maps"), "maps"),
    "histogram": "histogram", "stats": "stats",
    **dict.fromkeys("cpumap reuseport_sockarray cgroup_array perf_event_array".split(), "fds"),
    **dict.fromkeys(("devmap", "devmap_hash"), "devices"), **dict.fromkeys(("sockmap", "sockhash"), "sockets"), "xskmap": "xsks",
    **dict.fromkeys(("sk_storage", "task_storage", "inode_storage", "cgrp_storage"), "storage"),
    "stack_traces": "stacks", "prog_array": "programs",
    **dict.fromkeys(("queue", "stack"), "queue"), "bloom_filter": "bloom", "user_ringbuf": "orders", "arena": "arena",
    **dict.fromkeys(("ringbuf", "perf_buffer"), "ring"),
}  # fmt: skip

_FORMS = {
    "hash": "{word}(:u32 => :u64)", "lpm": "{word}(:ip4 => :u64)", "array": "{word}(:u64, 256)", "queue": "{word}(:u64, 64)",
    "bloom": "{word}(:u32, 1000)", **dict.fromkeys(("fds", "devices", "sockets", "xsks"), "{word}(64)"),
    "storage": "{word}(:u64)", "stacks": "{word}",
    "maps": "{word}(array(:u64, 8), 0 => A, 1 => B)",
    "programs": "{word}(xdp, 0 => :parse_ip)", "ring": "{word} Event", "orders": "{word} Event", "arena": "{word}(64)",
    "histogram": "{word}(:log2)", "stats": "{word}",
}  # fmt: skip
_KEYWORDS = {
    "hash": ("size", "default", "pin", "flags"), "lpm": ("size", "default", "pin", "flags"), "array": ("size", "pin", "flags"),
    "queue": ("size", "pin", "flags"), "bloom": ("size", "pin", "flags"), "ring": ("size", "pin", "flags"),
    "orders": ("size", "pin", "flags"), "arena": ("size", "pin", "flags"), "histogram": ("size", "pin", "flags"),
    "stats": ("size", "pin", "flags"), **dict.fromkeys(("fds", "devices", "sockets", "xsks"), ("size", "pin", "flags")),
    "maps": ("size", "pin", "flags"), "storage": ("default", "pin", "flags"), "stacks": ("size", "pin", "flags"),
    "programs": ("size", "pin", "flags"),
}  # fmt: skip


class MapState:
    """One map while the program is checked. `parts`: the declared storage of the key's parts, None where it is inferred;
    `value` likewise. `keys` and `seen` are what uses have shown; `apart` says that two uses do not fit, which has been said."""

    __slots__ = (
        "name", "decl", "row", "kind", "parts", "composite", "value", "size", "default", "flags", "pin", "keys", "key_at",
        "seen", "value_at", "refused", "show", "record", "keyed", "slots", "hook", "symbol", "outer", "inner", "found", "sized",
        "sized_by", "loose",
    )  # fmt: skip

    def __init__(self, name: str, decl: tree.MapDecl) -> None:
        self.name = name
        self.decl = decl
        self.kind = KINDS[decl.word]
        self.row: MapType | None = BY_WORD.get(decl.word)
        self.parts: tuple[Storage, ...] | None = None
        self.composite = False
        self.value: Storage | None = None
        self.size = DEFAULT_ENTRIES
        self.default: int | None = None
        self.flags = 0
        self.pin = ""
        self.keys: list[Seen] | None = None
        self.key_at: Span | None = None
        self.seen = NOTHING
        self.value_at: Span | None = None
        self.refused = False
        self.show = ""
        self.slots: tuple[tuple[int, tree.Node], ...] = ()  # of a prog_array: the names of its programs
        self.hook = ""  # and the hook that all of them have
        self.keyed: bool | None = None  # of a histogram: is there one for each key?
        self.record: StructStorage | None = None
        self.loose = False  # of a ring: are there records of any length?
        self.symbol = name  # what names of its own begin with
        self.inner: MapState | None = None  # of a map of maps: the map inside
        self.outer = ""  # of the map inside: the constant's name
        self.found: typed.Node | None = None  # of the map inside: the expression that gave it, while a use of it is checked
        self.sized = False  # is the size said?
        self.sized_by = ""  # the constant of the option that says it; `size` is then what it is without

    @property
    def least(self) -> int:
        """So many elements an array surely has: the indexes below are there."""
        return self.size if not self.sized_by else 0

    @property
    def most(self) -> int:
        return self.size if not self.sized_by else 0xFFFF_FFFF

    @property
    def use(self) -> str | typed.Node:
        """The part `map` of the nodes that use it."""
        return self.name if self.found is None else self.found

    @property
    def indexed(self) -> bool:
        """Are its keys indexes below its size?"""
        return self.row is not None and self.row.indexed

    @property
    def per_cpu(self) -> bool:
        return self.row is not None and self.row.per_cpu


def declare(ck: Checker) -> None:
    """Read all declarations; what is wrong with them is said anew in every round."""
    for name, const in ck.unit.consts.items():
        if isinstance(const.value, tree.MapDecl):
            made = MapState(name, const.value)
            read(ck, made)
            known: MapState | None = ck.maps.get(name)
            if known is None:
                ck.maps[name] = made
            else:
                known.refused = known.refused or made.refused


def read(ck: Checker, state: MapState) -> None:
    """What a declaration says; `refused` where it cannot be."""
    decl = state.decl
    if not _keywords(ck, state):
        state.refused = True
        return
    before = len(ck.said)
    types = [arg for arg in decl.args if not is_number(ck, arg)]
    numbers = [arg for arg in decl.args if is_number(ck, arg)]
    match state.kind:
        case "hash" | "lpm":
            fits = not numbers and _pair(ck, state, types)
        case "array" | "queue" | "bloom":
            fits = len(types) <= 1 and len(numbers) <= 1 and _value(ck, state, types)
            if numbers and fits:
                fits = read_size(ck, state, numbers[0])
        case "storage":
            state.parts = (IntStorage(4, True),)
            fits = not numbers and len(types) <= 1 and _value(ck, state, types)
        case "fds" | "devices" | "sockets" | "xsks":
            from rucy.lang.checker.kernel_maps import read as read_kernel

            fits = read_kernel(ck, state, types, numbers)
        case "arena":
            fits = not types and len(numbers) <= 1 and (not numbers or read_size(ck, state, numbers[0])) and _pages(ck, state)
        case "stacks":
            state.parts, state.value = (IntStorage(4),), _STACK
            fits = not types and len(numbers) <= 1 and (not numbers or read_size(ck, state, numbers[0]))
        case "programs":
            fits = _programs(ck, state)
        case "maps":
            from rucy.lang.checker.inner_maps import read as read_maps

            fits = read_maps(ck, state)
        case "histogram" | "stats":
            from rucy.lang.checker.histograms import read

            fits = read(ck, state)
        case _:
            fits = not numbers and _record(ck, state, types)
    if not fits:
        if len(ck.said) == before and not _names_refused(ck, decl.args):
            form = _FORMS[state.kind].format(word=decl.word)
            ck.say("MapForm", decl.span, word=decl.word, text=decl.span.text, form=f"{state.name} = {form}",
                   more="; types may be left out where the kernel half shows them" if ":u" in form else "")  # fmt: skip
        state.refused = True
        return
    _complete(ck, state)


def _names_refused(ck: Checker, node: object) -> bool:
    """Is a struct among what a map is declared with of which a field has been refused?"""
    from rucy.lang.checker.structs import layout, named

    if isinstance(node, tuple):
        return any(_names_refused(ck, part) for part in node)
    if not isinstance(node, tree.Node):
        return False
    name = named(ck, node)
    if name is not None:
        return layout(ck, name) is None
    return any(_names_refused(ck, getattr(node, part)) for part in node.__slots__)


def _pages(ck: Checker, state: MapState) -> bool:
    """An arena has up to 4 GiB (arena_map_alloc of kernel/bpf/arena.c)."""
    state.size = state.size if state.sized else 256
    if state.size > 1 << 19:
        ck.say("ArenaSize", state.decl.span, size=state.size)
    elif _arena(ck) not in (None, state.name):
        ck.say("ArenaTwo", state.decl.span)
    else:
        return True
    return False


def _arena(ck: Checker) -> str | None:
    """The first arena that is declared: a program uses one only (resolve_pseudo_ldimm64 of kernel/bpf/verifier.c)."""
    return next((name for name, other in ck.maps.items() if other.kind == "arena"), None)


def _complete(ck: Checker, state: MapState) -> None:
    """What the type of map asks of its size and values."""
    if state.row is None:
        return
    ck.need(state.row.since, f"`{state.decl.word}`", state.decl.word_span)
    if state.row.name == "LPM_TRIE" or state.kind == "storage":
        state.flags |= _NO_PREALLOC
    if state.kind == "arena":
        state.flags |= _MMAPABLE
    if state.kind == "storage":
        state.size = 0
    if state.row.name == "PERF_EVENT_ARRAY" and not (state.sized and state.kind == "fds"):
        state.size = 0  # one entry a CPU, which the loader counts
    elif state.row.size == "bytes":
        whole = DEFAULT_RING if state.size == DEFAULT_ENTRIES else state.size
        state.size = max(PAGE, 1 << (whole - 1).bit_length())


# ---------------------------------------------------------------- words and numbers


def _keywords(ck: Checker, state: MapState) -> bool:
    decl, fits = state.decl, True
    allowed = _KEYWORDS[state.kind]
    seen: set[str] = set()
    for word, node in decl.kwargs:
        if word in seen:
            ck.say("MapOptionTwice", node.span, word=word)
            fits = False
        elif word not in allowed:
            from rucy.lang.checker.suggest import did_you_mean

            known = ", ".join(f"`{each}:`" for each in allowed)
            ck.say("MapOption", node.span, word=decl.word, name=word, known=known, suggestion=did_you_mean(word, allowed))
            fits = False
        else:
            fits = _option(ck, state, word, node) and fits
        seen.add(word)
    return fits


def _option(ck: Checker, state: MapState, word: str, node: tree.Node) -> bool:
    match word:
        case "size":
            return read_size(ck, state, node)
        case "pin":
            text = _resolved(ck, node)
            if not isinstance(text, tree.Str) or not text.value or b"/" in text.value or b"." in text.value:
                ck.say("MapPin", node.span, text=node.span.text)
                return False
            state.pin = text.value.decode("utf-8", "replace")
            return True
        case "flags":
            return _set_flags(ck, state, node)
    value = _resolved(ck, node)
    if isinstance(value, tree.Bool):
        state.default, state.seen = int(value.value), Seen(BoolStorage())
        return True
    number = number_of(ck, node)
    if number is None or not -(1 << 63) <= number < 1 << 64:
        ck.say("MapDefault", node.span, text=node.span.text)
        return False
    state.default = number
    state.seen = Seen(IntStorage(8, number < 0))
    return True


#: BPF_F_NUMA_NODE (which wants a node), BPF_F_RDONLY_PROG, BPF_F_WRONLY_PROG (which the kernel half would have to know)
_NOT_HERE = 1 << 2 | 1 << 7 | 1 << 8


def _set_flags(ck: Checker, state: MapState, node: tree.Node) -> bool:
    before = len(ck.said)
    flags = _flags(ck, node)
    if flags is not None and 0 < flags < 1 << 32 and not flags & _NOT_HERE:
        state.flags |= flags
        return True
    if len(ck.said) == before:
        ck.say("MapFlags", node.span, text=node.span.text)
    return False


def _flags(ck: Checker, node: tree.Node) -> int | None:
    """`BPF_F_NO_PREALLOC`, or several joined by `|`: the kernel's own enumerators."""
    from rucy.lang.checker.exprs import const

    if isinstance(node, tree.Send) and node.name == "|" and node.recv is not None and len(node.args) == 1:
        left, right = _flags(ck, node.recv), _flags(ck, node.args[0])
        return None if left is None or right is None else left | right
    number = number_of(ck, node)
    if number is not None or not isinstance(node, tree.Const):
        return number
    made = const(ck, node, True)
    return made.value if isinstance(made, typed.Int) else None


def read_size(ck: Checker, state: MapState, node: tree.Node) -> bool:
    value = _resolved(ck, node)
    if isinstance(value, tree.OptionDecl):
        return _size_option(ck, state, node, value)
    number = number_of(ck, node)
    if number is None:
        ck.say("MapSize", node.span, text=node.span.text)
        return False
    if not 1 <= number < 1 << 32:
        ck.say("MapSizeRange", node.span, size=number)
        return False
    state.size, state.sized = number, True
    return True


def _size_option(ck: Checker, state: MapState, node: tree.Node, decl: tree.OptionDecl) -> bool:
    """`size: SIZE`: the loader sets it."""
    option = ck.settings[decl.name]
    if option.refused:
        return True
    whole = isinstance(option.storage, IntStorage) and not option.storage.net
    if not whole or state.outer or state.kind in ("programs", "histogram", "stats"):
        ck.say("MapSizeOption", node.span, text=node.span.text, type=option.word, word=state.decl.word)
        return False
    if isinstance(option.default, int):
        if not 1 <= option.default < 1 << 32:
            ck.say("MapSizeRange", node.span, size=option.default)
            return False
        state.size = option.default
    state.sized, state.sized_by = True, decl.name
    return True


def _resolved(ck: Checker, node: tree.Node) -> tree.Node:
    """The literal behind a constant."""
    from rucy.lang.checker.exprs import constant

    if isinstance(node, tree.Const):
        return constant(ck, node.name) or node
    return node


def is_number(ck: Checker, node: tree.Node) -> bool:
    return number_of(ck, node) is not None or isinstance(_resolved(ck, node), tree.OptionDecl)


def number_of(ck: Checker, node: tree.Node) -> int | None:
    """The number that literals and constants make; None of anything else."""
    node = _resolved(ck, node)
    match node:
        case tree.Int():
            return node.value
        case tree.Seq() if len(node.items) == 1:
            return number_of(ck, node.items[0])
        case tree.Send(recv=tree.Node() as recv, args=(tree.Node() as other,)):
            left, right = number_of(ck, recv), number_of(ck, other)
            if left is None or right is None:
                return None
            match node.name:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
                case "<<" if 0 <= right < 64:
                    return left << right
                case "**" if 0 <= right < 64:
                    return int(left**right)
                case "/" if right:
                    return left // right
    return None


# ---------------------------------------------------------------- types


def _pair(ck: Checker, state: MapState, types: list[tree.Node]) -> bool:
    """`KEY => VALUE`, or nothing."""
    if not types:
        return True
    if len(types) != 1 or not isinstance(types[0], tree.Pair):
        return False
    value = types[0].value
    fits = read_key(ck, state, types[0].key)
    held = type_of(ck, value)
    return fits and held is not None and _holds(ck, state, held, value.span)


def read_key(ck: Checker, state: MapState, key: tree.Node) -> bool:
    """The declared type of the keys: one, or several in an array."""
    parts = key.items if isinstance(key, tree.Array) and not _is_array(ck, key) else (key,)
    made = [_key_part(ck, state, part) for part in parts]
    if not parts or any(part is None for part in made):
        return False
    state.parts = tuple(part for part in made if part is not None)
    state.composite = len(parts) > 1
    return True


def _key_part(ck: Checker, state: MapState, node: tree.Node) -> Storage | None:
    made = type_of(ck, node)
    match made:
        case None | IntStorage() | BoolStorage() | TextStorage() | BytesStorage() if state.kind != "lpm" or made is None:
            return made
        case IntStorage(net=32) | BytesStorage(display="ip6"):
            return made
        case StructStorage() if state.kind != "lpm" and not holds_object(made):
            return made
    shown = ":ip4 or :ip6" if state.kind == "lpm" else "an integer, a boolean, `[:char, n]`, an address or a struct"
    ck.say("MapKeyType", node.span, word=state.decl.word, text=node.span.text, shown=shown)
    return None


def _value(ck: Checker, state: MapState, types: list[tree.Node]) -> bool:
    if not types:
        return True
    if isinstance(types[0], tree.Pair):
        return False
    held = type_of(ck, types[0])
    return held is not None and _holds(ck, state, held, types[0].span)


def _holds(ck: Checker, state: MapState, held: Storage, span: Span) -> bool:
    """Set the declared type of the values."""
    if isinstance(held, ObjectStorage):
        ck.say("MapValueObject", span, kind=held.kind)
        return False
    if holds_object(held):
        from rucy.lang.checker import objects

        if not objects.fits_map(ck, state, held, span):
            return False
    if state.default is not None:
        wanted = BoolStorage if isinstance(state.seen.storage, BoolStorage) else IntStorage
        if not isinstance(held, wanted):
            ck.say("MapDefaultType", span, default=state.default, text=span.text)
            return False
    state.value = held
    return True


def _record(ck: Checker, state: MapState, types: list[tree.Node]) -> bool:
    if not types:
        return True
    if len(types) != 1:
        return False
    held = type_of(ck, types[0])
    if held is None:
        return False
    if not isinstance(held, StructStorage):
        ck.say("RingRecord", types[0].span, word=state.decl.word, text=types[0].span.text)
        return False
    if holds_object(held):
        from rucy.lang.checker import objects

        return objects.fits_map(ck, state, held, types[0].span)
    state.record = held
    return True


def _programs(ck: Checker, state: MapState) -> bool:
    """`prog_array(xdp, 0 => :parse_ip)`."""
    first, *rest = state.decl.args or (None,)
    if not isinstance(first, tree.Send) or first.recv is not None or first.args:
        return False
    slots: list[tuple[int, tree.Node]] = []
    for pair in rest:
        slot = number_of(ck, pair.key) if isinstance(pair, tree.Pair) else None
        if not isinstance(pair, tree.Pair) or slot is None or not isinstance(pair.value, tree.Sym):
            return False
        if not 0 <= slot < 1 << 20 or any(slot == other for other, _ in slots):
            ck.say("ProgramSlot", pair.key.span, slot=slot)
            return False
        slots.append((slot, pair.value))
    state.hook, state.slots = first.name, tuple(slots)
    most = max((slot for slot, _ in slots), default=-1) + 1
    if not state.sized:
        state.size = max(1, most)
    elif state.size < most:
        ck.say("ProgramSlot", state.decl.span, slot=most - 1)
        return False
    state.parts, state.value = (IntStorage(4),), IntStorage(4)
    return True


def _is_array(ck: Checker, node: tree.Array) -> bool:
    """`[:char, 16]`, unlike `[:u32, [:char, 16]]`."""
    return len(node.items) == 2 and number_of(ck, node.items[1]) is not None


def type_of(ck: Checker, node: tree.Node) -> Storage | None:
    """The storage that a type says; None where it has been refused."""
    from rucy.lang.checker.structs import array_of, in_one_piece, layout

    match node:
        case tree.Sym():
            found = storage.WORDS.get(node.name)
            if found is not None:
                return found
            from rucy.lang.checker.suggest import did_you_mean

            ck.say("NoSuchType", node.span, text=node.span.text, suggestion=did_you_mean(node.name, storage.WORDS))
            return None
        case tree.Const():
            if node.name in ck.unit.structs:
                return layout(ck, node.name)
            from rucy.lang.checker.suggest import did_you_mean

            ck.say("NoSuchType", node.span, text=node.name, suggestion=did_you_mean(node.name, ck.unit.structs))
            return None
        case tree.Array() if _is_array(ck, node):
            of, count = type_of(ck, node.items[0]), number_of(ck, node.items[1])
            if of is None or count is None:
                return None
            if count < 1:
                ck.say("TypeCount", node.items[1].span, count=count)
                return None
            made = array_of(of, count)
            return made if in_one_piece(ck, node.span, made) else None
    ck.say("NoSuchType", node.span, text=node.span.text, suggestion="")
    return None


# ---------------------------------------------------------------- what a use sees


def key_parts(state: MapState) -> tuple[Storage, ...] | None:
    """The storage of each part of the key, as far as it is known."""
    if state.kind == "array" or state.keyed is False:
        return (IntStorage(4),)
    if state.parts is not None:
        return state.parts
    if state.keys is None:
        return None
    made = tuple(settle(seen) for seen in state.keys)
    return None if any(part is None for part in made) else tuple(part for part in made if part is not None)


def key_storage(state: MapState) -> Storage | None:
    """The whole key: its one part, or a struct of its parts."""
    parts = key_parts(state)
    if not parts:
        return None
    if state.kind == "lpm":
        return struct(f"{state.symbol}_key", [("prefixlen", IntStorage(4)), ("addr", parts[0])])
    if len(parts) == 1:
        return parts[0]
    return struct(f"{state.symbol}_key", [(f"k{i}", part) for i, part in enumerate(parts)])


def value_of(state: MapState) -> Storage | None:
    """The storage of the values, as far as it is known."""
    return state.value if state.value is not None else settle(state.seen)


def finished(ck: Checker) -> dict[str, typed.MapVar]:
    """The maps of a program without errors."""
    return {name: _finished(ck, name, state) for name, state in ck.maps.items()}


def _finished(ck: Checker, name: str, state: MapState) -> typed.MapVar:
    assert state.row is not None
    value: Any = value_of(state) if state.kind not in ("ring", "orders") else None
    inner = _finished(ck, name, state.inner) if state.inner is not None else None
    return typed.MapVar(
        name, state.row.name, key_storage(state), value, state.size, state.decl.span, _bits(state.default, value),
        state.pin == name, state.flags, state.record, inner, _names(ck, state), state.show,
        state.pin, state.sized_by,
    )  # fmt: skip


def _names(ck: Checker, state: MapState) -> tuple[tuple[int, str], ...]:
    """What stands in the slots: programs, or maps, which may go by another constant."""
    from rucy.lang.checker.maps import find

    out = [(slot, node.name) for slot, node in state.slots if isinstance(node, tree.Sym)]
    for slot, node in state.slots:
        held = find(ck, node)
        out += [(slot, held.name)] if held is not None else []
    return tuple(out)


#: bytes of a key that every kernel takes: MAX_BPF_STACK of include/linux/filter.h, up to Linux commit c6bde958a62b
#: ("bpf: Lift hashtab key_size limit") (v5.11)
_SMALL_KEY, _LARGE_KEYS = 512, "5.11"


def check_keys(ck: Checker) -> None:
    for state in ck.maps.values():
        key = key_storage(state) if not ck.said else None
        if key is not None and size_of(key) > _SMALL_KEY:
            ck.need(_LARGE_KEYS, f"a key of {size_of(key)} bytes", state.decl.span)


def check_programs(ck: Checker, made: list[typed.Program]) -> None:
    """The programs that arrays name must be there, and be of the arrays' own hooks."""
    by_name = {program.name: program for program in made}
    for state in ck.maps.values():
        for _, node in state.slots if state.kind == "programs" else ():
            assert isinstance(node, tree.Sym)
            program = by_name.get(node.name)
            if program is None:
                from rucy.lang.checker.suggest import did_you_mean

                ck.say("NoProgram", node.span, name=node.name, hook=state.hook, suggestion=did_you_mean(node.name, by_name))
            elif program.hook is None or program.hook.word != state.hook:
                hook = program.hook.word if program.hook is not None else program.prog_type
                ck.say("ProgramHook", node.span, name=node.name, hook=hook, want=state.hook)


def _bits(default: int | None, value: Storage | None) -> int | None:
    if default is None or value is None:
        return None
    return default % (1 << 8 * size_of(value))


__all__ = ["DEFAULT_ENTRIES", "KINDS", "MapState", "declare", "finished", "is_number", "key_parts", "key_storage",
           "number_of", "read", "read_key", "read_size", "type_of", "value_of"]  # fmt: skip
