"""Types of values in the typed tree.

An Integer is one of two kinds, u64 ("non-negative") and i64 ("signed"), by the form of its expression. `net` marks a
number that is still in network byte order, with its width in bits, and `shown` one that is an address. Kernel types are
ids in the input BTF.
"""

from __future__ import annotations

from rucy.lang.storage import (
    ArrayStorage,
    BoolStorage,
    BytesStorage,
    IntStorage,
    ObjectStorage,
    Storage,
    StructStorage,
    TextStorage,
)  # fmt: skip
from rucy.records import NamedTuple


class IntType(NamedTuple):
    signed: bool = False
    net: int = 0  # 0, or 16, 32, 64: a network-order value of that width
    shown: str = ""  # "ip4": an address, printed as one


class BoolType(NamedTuple):
    tag: str = "bool"


class NilType(NamedTuple):
    tag: str = "nil"


class NeverType(NamedTuple):
    """Of an expression that does not come back (Throw, Return)."""

    tag: str = "never"


LONGEST_TEXT = 4096  # bytes of a string: PATH_MAX of include/uapi/linux/limits.h


class StrType(NamedTuple):
    """A bounded string. `size` is its capacity in bytes, the NUL included; `literal` when the bytes are known."""

    size: int
    literal: bytes | None = None


class SymType(NamedTuple):
    """A symbol literal: the word of a hook's result; "" for one of several. Only while checking: in a checked program its
    value is the number, an Integer."""

    name: str


class PtrType(NamedTuple):
    """A kernel pointer. `pointee` is a BTF type id (0 = void), qualifiers stripped, and typedefs but for those that say
    what is lost without them (`__be16`, the name of an unnamed struct). `direct`: the verifier lets the program load
    through it; `null`: it may be NULL (a test narrows it); `user`: a user-space address; `trusted`: the verifier may know
    that it can be NULL and want a test before a direct load (otherwise it takes none, and the load gives 0). `common`: a
    socket of which only the part that all sockets have may be read. `held`: what keeps the object there while the program
    looks at it, which kernel functions ask: "trusted" (a reference, or the hook's caller), "rcu" (an RCU read section), or ""."""

    pointee: int
    direct: bool = False
    null: bool = True
    user: bool = False
    trusted: bool = True
    common: bool = False
    held: str = ""


class AggregateType(NamedTuple):
    """A kernel struct, union or array in place (an lvalue): a base pointer and a path to it."""

    btf: int


class CtxType(NamedTuple):
    """The program's context, or a hook's named argument that is a view of it. `row` is a contexts row's name, "class C"
    for the program's own layout of it, "event ID ID…" for a tracepoint's record by the BTF ids
    of its class on this and other kernels, or "format GROUP:NAME" for one by what this kernel says of it."""

    row: str


class ArrayType(NamedTuple):
    """A constant array of Integers of one kind: signed if one of the elements is."""

    values: tuple[int, ...]
    signed: bool = False


class WordsType(NamedTuple):
    """A constant array of Strings. `size`: the room of an element, which is that of the longest."""

    values: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return max(map(len, self.values)) + 1


class RangeType(NamedTuple):
    tag: str = "range"


class StructType(NamedTuple):
    """An object of the program's own struct: its address. `place` says whose memory it is: "frame" (made here, or a copy),
    "map" (an element in a map, shared), "percpu" (an element of a per-CPU map), "record" (reserved in a ring, or behind a
    dynptr), "view" (behind a dynptr, read only), "arena NAME" (in the pages of an arena, shared)."""

    storage: StructStorage
    place: str = "frame"


class ElementsType(NamedTuple):
    """An array inside such an object (`attr :x, [:u32, 8]`): its address."""

    storage: ArrayStorage
    place: str = "frame"


class BytesType(NamedTuple):
    """An address (:ip6, :mac) that is copied and compared whole: its place in memory."""

    storage: BytesStorage


class MapType(NamedTuple):
    """A map, by the constant's name. `inner`: one of those that it holds, found when the program runs."""

    name: str
    inner: bool = False


class HeaderType(NamedTuple):
    """A header of the packet, `size` bytes: its address. `name` is a kernel.packets word, or the struct of an `at`;
    `copied`: its bytes are a copy in this frame, which may only be read."""

    name: str
    size: int
    copied: bool = False


class DynptrType(NamedTuple):
    """A dynptr of the program's frame. `kind` says what it lies over: what made it is called bpf_dynptr_from_KIND; "ringbuf" of a
    ring's record, which must be submitted or discarded."""

    kind: str


class OptType(NamedTuple):
    """A value of `of`, or nil."""

    of: Type


class BadType(NamedTuple):
    """Of an expression that has been refused: it fits everywhere, and nothing more is said. Never in a checked program."""

    tag: str = "bad"


Type = (
    IntType
    | BoolType
    | NilType
    | NeverType
    | StrType
    | SymType
    | PtrType
    | AggregateType
    | CtxType
    | ArrayType
    | WordsType
    | RangeType
    | StructType
    | ElementsType
    | BytesType
    | MapType
    | HeaderType
    | DynptrType
    | OptType
    | BadType
)

U64 = IntType(False)
S64 = IntType(True)
BOOL = BoolType()
NIL = NilType()
NEVER = NeverType()
BAD = BadType()


def value_type(storage: Storage, place: str = "frame") -> Type:
    """The type of a value kept in `storage`; of an object or array, of the thing itself in memory of that place."""
    match storage:
        case IntStorage():
            return IntType(storage.signed, storage.net, storage.display if storage.display == "ip4" else "")
        case BoolStorage():
            return BOOL
        case TextStorage():
            return StrType(storage.size)
        case BytesStorage():
            return BytesType(storage)
        case ArrayStorage():
            return ElementsType(storage, place)
        case StructStorage():
            return StructType(storage, place)
        case ObjectStorage():
            return BAD
