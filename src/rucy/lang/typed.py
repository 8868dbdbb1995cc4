"""The typed tree: what the checker makes and lower/ reads. Everything is resolved; nothing is left to decide.

Guaranteed: every node has a `type`; operands have exactly the types that the node's docstring names (the checker inserts
`Convert`); a nil-able value is used only through `IsNil` and `Unwrap`; conditions are Bool; constants are folded where a
literal is needed; all calls are bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rucy.lang.storage import Field, Storage, StructStorage
from rucy.lang.tree import Label
from rucy.lang.types import ArrayType, IntType, OptType, Type, WordsType
from rucy.records import NamedTuple
from rucy.source import Span


class Var:
    """A typed local. `type` is final once checking is done."""

    __slots__ = ("name", "type", "span")

    def __init__(self, name: str, type: Type, span: Span) -> None:
        self.name = name
        self.type = type
        self.span = span

    def __repr__(self) -> str:
        return f"Var({self.name})"


class GlobalVar(NamedTuple):
    """`$name`: a variable of the object: an integer (8 bytes, kind by use), bool, string, a struct or array (StructType,
    ElementsType in place "map"), or (an OptType) the address of what lies in an arena. `initial`: of strings, structs and
    arrays the bytes."""

    name: str
    type: Type
    initial: int | bytes
    span: Span


class SettingVar(NamedTuple):
    """A read-only value of the object, set before it is loaded: an option, or ("computed") a constant that only the user half
    can compute. `initial`: its bytes unless set. `given`: the symbol of the byte that says whether it was, "" where it is never
    nil. `option`, `word`, `short`, `desc`: the option's name, type as written, letter and text; `default`: as its notes say;
    `most`: the bytes of a text that count, 0 for all."""

    name: str
    kind: str  # "option" or "computed"
    storage: Storage
    initial: bytes
    given: str
    span: Span
    option: str = ""
    word: str = ""
    short: str = ""
    desc: str = ""
    default: int | str | bool | None = None
    most: int = 0


class MapVar(NamedTuple):
    """A map, as a constant declares it and its uses complete it.

    type: a kernel.maptypes row's name; key: None where the type has none; value: None for maps that hold descriptors,
    for rings and stack traces; record: the struct that a ring carries. size: max_entries as given to the kernel.
    default: the value of a missing key (the bits as an Integer), None without. flags: BPF_F_*. inner: the map that a map
    of maps holds. values: (slot, program or map name) to fill in at load. show: how it is shown at the end ("", "log2",
    "linear LO STEP COUNT", "stats"). pin: the name it is pinned by under /sys/fs/bpf, "" where it is not;
    pinned: that is its own name. sized_by: the option (SettingVar.name) that says the size, which is then unknown here.
    """

    name: str
    type: str
    key: Storage | None
    value: Storage | None
    size: int
    span: Span
    default: int | None = None
    pinned: bool = False
    flags: int = 0
    record: StructStorage | None = None
    inner: Any = None  # MapVar | None
    values: tuple[tuple[int, str], ...] = ()
    show: str = ""
    pin: str = ""
    sized_by: str = ""
    at: Any = None  # only while lowering: the address of a map that was found in another


class Node:
    """As tree.Node, with a type: constructor takes span, type, then the parts in `__slots__` order."""

    __slots__ = ("span", "type")

    span: Span
    type: Type

    def __init__(self, span: Span, type_: Type, *parts: object) -> None:
        self.span = span
        self.type = type_
        names = self.__slots__
        assert len(parts) == len(names), f"{type(self).__name__} takes {names}"
        for name, part in zip(names, parts):
            setattr(self, name, part)


#: Primitive operations: name → (operand classes, result). i = Integer, b = Bool. Kinds follow language.md, "Integer":
#: result "i" by the rule of non-negative operands, "s" always signed, "u" always non-negative.
PRIMS: dict[str, tuple[str, str]] = {
    "add": ("ii", "i"), "mul": ("ii", "i"), "sub": ("ii", "s"), "neg": ("i", "s"), "inv": ("i", "s"),
    "floordiv": ("ii", "i"), "mod": ("ii", "i"), "truncdiv": ("ii", "i"), "rem": ("ii", "s"), "pow": ("ii", "i"),
    "shl": ("ii", "i"), "shr": ("ii", "i"), "and": ("ii", "&"), "or": ("ii", "i"), "xor": ("ii", "i"),
    "min": ("ii", "i"), "max": ("ii", "i"), "abs": ("i", "u"), "bit_length": ("i", "u"), "gcd": ("ii", "s"),
    "lcm": ("ii", "s"), "bit": ("ii", "s"), "spaceship": ("ii", "s"),
    "eq": ("ii", "b"), "ne": ("ii", "b"), "lt": ("ii", "b"), "le": ("ii", "b"), "gt": ("ii", "b"), "ge": ("ii", "b"),
    "beq": ("bb", "b"), "bne": ("bb", "b"), "band": ("bb", "b"), "bor": ("bb", "b"), "bxor": ("bb", "b"),
    "ntoh": ("i", "u"), "hton": ("i", "u"), "as_i64": ("i", "s"), "as_u64": ("i", "u"),
}  # fmt: skip


class Int(Node):
    """An Integer constant (IntType); value is mathematical and within its kind's 64 bits."""

    __slots__ = ("value",)
    value: int


class Bool(Node):
    __slots__ = ("value",)
    value: bool


class Absent(Bool):
    """False, because the input BTF lacks what is asked for: what it guards is not checked further."""

    __slots__ = ("value",)


class Nil(Node):
    """NilType, or an OptType: its nil."""

    __slots__ = ()


class Str(Node):
    """A literal string (StrType with `literal`)."""

    __slots__ = ("value",)
    value: bytes


class Read(Node):
    __slots__ = ("var",)
    var: Var


class Write(Node):
    """Assign; value's type is the variable's. The node's value is the value assigned."""

    __slots__ = ("var", "value")
    var: Var
    value: Node


class Bind(Write):
    """A parameter takes an argument: an object is the caller's own."""

    __slots__ = ("var", "value")


class Inlined(Node):
    """What stands in place of a call, or of a block's run. `calls`: the places of the calls around it."""

    __slots__ = ("calls", "value")
    calls: tuple[Span, ...]
    value: Node


class GlobalRead(Node):
    __slots__ = ("name",)
    name: str


class Setting(Node):
    """The value of `Checked.settings[var.name]`; of an OptType one that is nil unless it was given."""

    __slots__ = ("var", "storage", "given")
    var: Var
    storage: Storage
    given: str


class GlobalWrite(Node):
    __slots__ = ("name", "value")
    name: str
    value: Node


class GlobalUpdate(Node):
    """Atomic `$name op= value`, op one of add sub and or xor; `used`: the new value is wanted (needs a fetching atomic)."""

    __slots__ = ("name", "op", "value", "used")
    name: str
    op: str
    value: Node
    used: bool


class Prim(Node):
    """A primitive of `PRIMS`; operands IntType of either kind (`ntoh`/`hton`: `bits` 16, 32 or 64) or BoolType.

    `lt`, `eq`, `floordiv`, `mod`, `spaceship`, … are about mathematical values, whatever the operands' kinds; the result
    wraps into the node's kind. ntoh: `net` operand → host number; hton the reverse.
    """

    __slots__ = ("op", "args", "bits")
    op: str
    args: tuple[Node, ...]
    bits: int


class Convert(Node):
    """To the node's type: Integer kind to kind (the same 64 bits), T to OptType(T), NilType to OptType."""

    __slots__ = ("value",)
    value: Node


class IsNil(Node):
    """Of an OptType, or a PtrType with `null` (compare with NULL): Bool."""

    __slots__ = ("value",)
    value: Node


class Unwrap(Node):
    """An OptType's value, or a PtrType made non-NULL, where the checker has proved a test on every path."""

    __slots__ = ("value",)
    value: Node


class Not(Node):
    __slots__ = ("value",)
    value: Node


class If(Node):
    """Value: the taken arm's; both arms have the node's type, or NeverType, or the node's type is NilType (value unused)."""

    __slots__ = ("cond", "then", "other")
    cond: Node
    then: Node
    other: Node


class Seq(Node):
    __slots__ = ("items",)
    items: tuple[Node, ...]


class Loop(Node):
    """For ever; left by Throw or Return. NeverType. `word` names it in messages."""

    __slots__ = ("body", "word")
    body: Node
    word: str


class For(Node):
    """`var` counts from lo by step while var < hi (<= when not exclusive; > / >= when step < 0); lo and hi have var's
    type and are evaluated once. Value nil. The body may assign `var` without changing the count."""

    __slots__ = ("var", "lo", "hi", "exclusive", "step", "body", "word")
    var: Var
    lo: Node
    hi: Node
    exclusive: bool
    step: int
    body: Node
    word: str


class Unrolled(Node):
    """The body once for each constant, with `var` (and `index`) set. Value nil."""

    __slots__ = ("var", "index", "values", "body", "word")
    var: Var
    index: Var | None
    values: tuple[int, ...]
    body: Node
    word: str


class Turns(Node):
    """The body once behind each of `steps`, which set what it sees. Value nil."""

    __slots__ = ("steps", "body", "word")
    steps: tuple[Node, ...]
    body: Node
    word: str


class Catch(Node):
    """Value: the body's or the thrown one's; `type` joins both."""

    __slots__ = ("label", "body")
    label: Label
    body: Node


class Throw(Node):
    """NeverType; `value` has the Catch's type."""

    __slots__ = ("label", "value")
    label: Label
    value: Node


class Return(Node):
    """NeverType; `value` has the method's return type; a probe's is its result number (IntType), already converted."""

    __slots__ = ("value",)
    value: Node


class Ctx(Node):
    """The raw context (CtxType)."""

    __slots__ = ()


class CtxLoad(Node):
    """(load width bytes at ctx + offset >> shift) & mask; mask 0 = none. Type Integer (perhaps net), Bool or PtrType."""

    __slots__ = ("offset", "width", "signed", "shift", "mask")
    offset: int
    width: int
    signed: bool
    shift: int
    mask: int


class CtxBytes(Node):
    """An address in the context (BytesType): a copy in this frame, of four bytes a word."""

    __slots__ = ("words",)
    words: tuple[CtxLoad, ...]


class CtxStore(Node):
    """The low width bytes of value to ctx + offset; value is the node's value."""

    __slots__ = ("offset", "width", "value")
    offset: int
    width: int
    value: Node


class PacketHeader(Node):
    """A header of the packet: OptType(HeaderType), nil when the packet has none of that kind or ends before it. `name` is a
    kernel.packets word; "at": the bytes at `offset` (Integer), else `offset` is None."""

    __slots__ = ("ctx", "name", "offset")
    ctx: Node
    name: str
    offset: Node | None


class PacketNumber(Node):
    """`pkt.u16(offset)`: OptType(u64), the number of `width` bytes that the wire means; nil when out of bounds."""

    __slots__ = ("ctx", "width", "offset")
    ctx: Node
    width: int
    offset: Node


class PacketPut(Node):
    """`pkt.set_u16(offset, number)`: Bool, false when out of bounds. `reach`: how far into the packet that may go."""

    __slots__ = ("ctx", "width", "offset", "value", "reach")
    ctx: Node
    width: int
    offset: Node
    value: Node
    reach: int


class PacketSize(Node):
    """Bytes of the packet, with what is not in its linear part: u64."""

    __slots__ = ("ctx",)
    ctx: Node


class PacketField(Node):
    """A field of a header (HeaderType `base`): `(width bytes at offset >> shift) & mask`, mask 0 = none. Integer (perhaps
    net) or Bool."""

    __slots__ = ("base", "offset", "width", "signed", "shift", "mask")
    base: Node
    offset: int
    width: int
    signed: bool
    shift: int
    mask: int


class PacketBytes(Node):
    """An address in a header, taken whole (BytesType): a copy in this frame."""

    __slots__ = ("base", "offset")
    base: Node
    offset: int


class PacketStore(Node):
    """A field of a header is set to the low bits of `value` (or, of BytesType, to its bytes); value is the node's value."""

    __slots__ = ("base", "offset", "width", "shift", "mask", "value")
    base: Node
    offset: int
    width: int
    shift: int
    mask: int
    value: Node


class Step(NamedTuple):
    """One dereference: from a pointer to a struct, through members in place, to a value.

    type_id is the struct that the pointer points to (input BTF; 0: it points to the value itself, and access is "");
    access the CO-RE access string ("0:3:1"); element a dynamic element index (Integer) with stride (bytes) and elements
    (count), when the path ends in an array element (access then ends in that array's element 0).
    """

    type_id: int
    access: str
    bitfield: int  # width in bits, 0 = none
    size: int  # bytes of the value in the input BTF
    signed: bool
    element: Any = None  # Node | None: a dynamic element index
    stride: int = 0
    elements: int = 0
    faulting: bool = False  # user memory is brought in if it is not there: the program may sleep


class KernelLoad(Node):
    """A field read through `base` (PtrType). PtrType.direct of the base: a direct relocated load, behind a NULL test when
    `null` is set on it (0 when NULL); otherwise bpf_probe_read_kernel (user: bpf_probe_read_user), 0 when it fails."""

    __slots__ = ("base", "step")
    base: Node
    step: Step


class KernelAddress(Node):
    """The address of a member in place (PtrType, never direct): base + relocated offset; NULL stays NULL."""

    __slots__ = ("base", "step")
    base: Node
    step: Step


class PtrCast(Node):
    """An Integer or pointer taken as the node's PtrType."""

    __slots__ = ("value",)
    value: Node


class ReadString(Node):
    """str(ptr, n) / ustr(ptr, n): StrType(n); "" when unreadable. `ptr` an Integer or PtrType."""

    __slots__ = ("ptr", "user")
    ptr: Node
    user: bool


class HelperString(Node):
    """A string that a helper writes into a buffer of the type's size (`comm`): StrType."""

    __slots__ = ("helper",)
    helper: str


class ProbeName(Node):
    """`probe_name` of a probe on a pattern of functions: the symbol of the one that it runs for (StrType). `ctx` is the
    context."""

    __slots__ = ("ctx",)
    ctx: Node


class Extern(Node):
    """A value that the loader finds: `section` ".kconfig" (Integer, Bool or string, 0, false or "" where the kernel's
    configuration lacks it) or ".ksyms" (PtrType: the symbol's address). `ctype`: "int", "i64", "char", "text" or "void"."""

    __slots__ = ("name", "section", "ctype")
    name: str
    section: str
    ctype: str


class PerCpu(Node):
    """A CPU's copy of the per-CPU variable `name` of BTF type `btf`: a PtrType to a struct, NULL where there is no such
    CPU (`size` 0), or the value of `size` bytes: OptType, or a PtrType."""

    __slots__ = ("name", "btf", "cpu", "size", "signed")
    name: str
    btf: int
    cpu: Node
    size: int
    signed: bool


class ReadBytes(Node):
    """The kernel's bytes at `ptr` (PtrType), as many as the node's BytesType has; zeros where they cannot be read."""

    __slots__ = ("ptr",)
    ptr: Node


class StrCompare(Node):
    """Bool. kind "eq", "start", "end" or "include": the string `value` against another, a literal or not; "eq" also of
    two addresses (BytesType), or of one and its bytes."""

    __slots__ = ("kind", "value", "other")
    kind: str
    value: Node
    other: Node


class StrSize(Node):
    __slots__ = ("value",)
    value: Node


class StrByte(Node):
    """Byte `index` (Integer) of a string: OptType(u64), or u64 when the index is a constant inside; nil past its end."""

    __slots__ = ("value", "index")
    value: Node
    index: Node


class StrChar(Node):
    """OptType(StrType(2)): the `byte` (a nil-able StrByte) as a string of one character."""

    __slots__ = ("byte",)
    byte: Node


class ArrayGet(Node):
    """Element of a constant array; OptType(Integer, or String) unless the index is proved inside (`checked`)."""

    __slots__ = ("array", "index")
    array: ArrayType | WordsType
    index: Node


class Numbers(Node):
    """A constant array as an object of ElementsType, or an address (BytesType): its bytes in .rodata, to be copied from there."""

    __slots__ = ("data",)
    data: bytes


class CoreQuery(Node):
    """A CO-RE question as an Integer (u64) or Bool: kind as btf.CoreRef.kind ("field_exists", "type_size", …)."""

    __slots__ = ("kind", "type_id", "access")
    kind: str
    type_id: int
    access: str


class CallHelper(Node):
    """`helper` is the kernel row's name; args are Integer, Ctx, PtrType, or by address: strings, objects, `Room`; by the row.

    Value: Integer (signed for a 64-bit error result, the row says), PtrType or nil. With a `Room` among the arguments what
    the helper wrote there: a string, "" when the helper fails, or OptType of an Integer, nil then.
    """

    __slots__ = ("helper", "args")
    helper: str
    args: tuple[Node, ...]


class StackId(Node):
    """The number under which the map keeps the running stack (bpf_get_stackid): Integer, negative where it cannot.
    `ctx` is the context."""

    __slots__ = ("ctx", "map", "flags")
    ctx: Node
    map: str
    flags: int


class CallKfunc(Node):
    """A kernel function by name; args as CallHelper's. `proto`: (type of the result, ((parameter, type), …)), a type
    "void", ("pointer", name of a struct) or ("kernel", BTF id); `width`: bytes of the result."""

    __slots__ = ("name", "args", "proto", "width")
    name: str
    args: tuple[Node, ...]
    proto: tuple[Any, tuple[tuple[str, Any], ...]]
    width: int


class Out(Node):
    """A number (Integer or Bool, `width` bytes) that a kernel function puts somewhere, and that is the call's value: an OptType
    of it, nil when the function gives an error. Only an argument."""

    __slots__ = ("width",)
    width: int


class NewDynptr(Node):
    """A dynptr that a helper or kernel function makes: the call's value. Only an argument."""

    __slots__ = ()


class AtMost(Node):
    """An Integer that is shown to the kernel to be at most `highest`: it is (more would become that)."""

    __slots__ = ("value", "highest")
    value: Node
    highest: int


class DynptrPart(Node):
    """Memory of a dynptr from `offset` on (Integer), as large as the struct of the node's type, an OptType of StructType: nil
    where the dynptr has not so much. `function`: None, bpf_dynptr_data; or one that may copy it into this frame."""

    __slots__ = ("dynptr", "offset", "function")
    dynptr: Node
    offset: Node
    function: KernelFunction | None


class ReserveDynptr(Node):
    """`RING.reserve(size) { |d| … }`: `var` (DynptrType) over a record of `size` bytes (Integer); submitted at the body's end,
    discarded when it is left by Throw or Return. Bool: was there room?"""

    __slots__ = ("map", "size", "var", "body")
    map: str
    size: Node
    var: Var
    body: Node


class KernelFunction(NamedTuple):
    """`proto` and `width` as CallKfunc has them."""

    name: str
    proto: tuple[Any, tuple[tuple[str, Any], ...]]
    width: int


class Region(Node):
    """The body between two kernel functions, `leave` on every way out. `state`: bytes that `enter` fills in and `leave` takes.
    Value: the body's."""

    __slots__ = ("enter", "leave", "state", "body")
    enter: KernelFunction
    leave: KernelFunction
    state: int
    body: Node


class Iterate(Node):
    """`bpf_iter_NAME(args) { |each| … }`: an open-coded iterator of `size` bytes, made by `new` (which takes its place and
    `args`), destroyed on every way out. What `next` gives: the element that `var` has (PtrType), or the place of a number of
    `width` bytes (`var` Integer). `struct` is the iterator's type. Value nil."""

    __slots__ = ("new", "next", "destroy", "struct", "size", "args", "var", "width", "body", "word")
    new: KernelFunction
    next: KernelFunction
    destroy: KernelFunction
    struct: str
    size: int
    args: tuple[Node, ...]
    var: Var
    width: int
    body: Node
    word: str


class Room(Node):
    """Memory that a helper fills and whose contents are the call's value: StrType or Integer (8 bytes). Only an argument."""

    __slots__ = ()


class Printk(Node):
    """bpf_trace_printk: format bytes without the NUL, and at most 3 arguments (Integer, PtrType or string)."""

    __slots__ = ("format", "args")
    format: bytes
    args: tuple[Node, ...]


class Hole(NamedTuple):
    """A value in a line of `Output`: `arg` an index into its args, `spec` the conversion as Ruby's `format` has it ("%-5d",
    "%s", "%p"). `line`: so many parts, this one the last, are a line of `puts`: a newline follows unless they end with one."""

    arg: int
    spec: str
    line: int = 0


def is_ip4(node: Node) -> bool:
    """An IPv4 address: a number in network order that has a text of its own."""
    type_ = node.type.of if isinstance(node.type, OptType) else node.type
    return isinstance(type_, IntType) and type_.shown == "ip4"


class Output(Node):
    """`puts`, `print`, `p`, `printf`: one record in the output ring; text is made of it in user space. Args are Integer
    (in network order only where `is_ip4`), Bool, string, nil, PtrType, BytesType, or for "%p" an OptType of the first
    three; all are evaluated, in order. Value: nil, or where the type is another (`p`) that of the one argument."""

    __slots__ = ("parts", "args")
    parts: tuple[bytes | Hole, ...]
    args: tuple[Node, ...]


# ---------------------------------------------------------------- objects in memory


class New(Node):
    """`E.new(x: …)`: StructType in place "frame", every byte that no field sets zero. A value that goes straight to
    where it is kept (map, record, field, element) is made there. Each field's node has the field's type (`value_type`)."""

    __slots__ = ("fields",)
    fields: tuple[tuple[Field, Node], ...]


class Member(Node):
    """A field of an object: the value of a scalar or string, the place (StructType, ElementsType, BytesType) of the rest.
    `base` is of StructType."""

    __slots__ = ("base", "field")
    base: Node
    field: Field


class MemberSet(Node):
    """Store into a field (structs, arrays and strings are copied); the value has the field's type, and is the node's."""

    __slots__ = ("base", "field", "value")
    base: Node
    field: Field
    value: Node


class MemberUpdate(Node):
    """`base.field op= value` (add sub and or xor), atomic where `atomic`; `used`: the new value is wanted."""

    __slots__ = ("base", "field", "op", "value", "atomic", "used")
    base: Node
    field: Field
    op: str
    value: Node
    atomic: bool
    used: bool


class Element(Node):
    """`base[index]`, base an ElementsType: the element's value or place; OptType unless `checked` (index proved inside by
    its form: a constant or a mask). A negative index that is not constant counts from the end."""

    __slots__ = ("base", "index", "checked")
    base: Node
    index: Node
    checked: bool


class ElementSet(Node):
    """`base[index] = value`; where the index is outside nothing is stored (`checked` as in Element)."""

    __slots__ = ("base", "index", "value", "checked")
    base: Node
    index: Node
    value: Node
    checked: bool


class ElementUpdate(Node):
    """`base[index] op= value`."""

    __slots__ = ("base", "index", "op", "value", "atomic", "used", "checked")
    base: Node
    index: Node
    op: str
    value: Node
    atomic: bool
    used: bool
    checked: bool


class Lock(Node):
    """`lock(base.field) { body }`: the body with the lock of `base` (StructType, place "map") held; its value is the body's.
    A Throw or Return out of it gives the lock back."""

    __slots__ = ("base", "field", "body")
    base: Node
    field: Field
    body: Node


class Copy(Node):
    """A copy of an object in this frame (StructType, place "frame")."""

    __slots__ = ("value",)
    value: Node


# ---------------------------------------------------------------- maps


class MapRef(Node):
    """The map itself (MapType), as an argument of a `CallHelper`."""

    __slots__ = ("map",)
    map: str


# The part `map` of the nodes that follow is a constant's name, or a node of MapType: a map that was found in another.


class MapGet(Node):
    """`M[k]`: OptType of the value (Integer, Bool, string: read at once; StructType: the element itself, place "map" or
    "percpu"). Not an OptType where there is always a value: the map has a default, or is an array and the index is proved
    inside. An OptType on a map with a default: nil for a missing key all the same (`fetch`). `key`: the key's parts, one
    for a plain key, each of its storage's type; () for a key of nothing. LPM_TRIE: prefix length and address."""

    __slots__ = ("map", "key")
    map: str | Node
    key: tuple[Node, ...]


class MapSet(Node):
    """`M[k] = v`; the node's value is v. A refused insert is counted."""

    __slots__ = ("map", "key", "value")
    map: str | Node
    key: tuple[Node, ...]
    value: Node


class MapOrSet(Node):
    """`M[k] ||= v`: inserted when missing (BPF_NOEXIST), then what is in the map: the value's type (place "map" for a
    struct). `value` is evaluated only when the key is missing. When the insert is refused: OptType's nil, so the type is an
    OptType unless `default` stands in."""

    __slots__ = ("map", "key", "value")
    map: str | Node
    key: tuple[Node, ...]
    value: Node


class MapUpdate(Node):
    """`M[k] op= v` on an Integer value: with a default, a missing key is inserted first; atomic unless per-CPU. `used`:
    the new value is wanted. Arrays have no default: where there is no such element nothing happens (`used`: an OptType,
    nil)."""

    __slots__ = ("map", "key", "op", "value", "used")
    map: str | Node
    key: tuple[Node, ...]
    op: str
    value: Node
    used: bool


class MapKey(Node):
    """A key in memory, as an argument of a `CallHelper`."""

    __slots__ = ("map", "key")
    map: str | Node
    key: tuple[Node, ...]


class ArenaAlloc(Node):
    """Pages of an arena: OptType of an object (StructType or ElementsType, place "arena NAME"), all zero; nil without any."""

    __slots__ = ("map", "pages")
    map: str
    pages: int


class ArenaFree(Node):
    """The pages that `value` begins are given back."""

    __slots__ = ("map", "value", "pages")
    map: str
    value: Node
    pages: int


class MapHas(Node):
    """`M.key?(k)`: Bool. On a bloom_filter (whose MapVar.key is None) `key` is the value looked for."""

    __slots__ = ("map", "key")
    map: str | Node
    key: tuple[Node, ...]


class MapDelete(Node):
    """`M.delete(k)`: OptType of the value as it was just before (a struct: a copy in this frame); nil when nobody wants it."""

    __slots__ = ("map", "key", "used")
    map: str | Node
    key: tuple[Node, ...]
    used: bool


class MapPush(Node):
    """`Q.push(v)` / `Q << v` on queue, stack, bloom_filter: Bool, whether there was room (a refusal is counted)."""

    __slots__ = ("map", "value")
    map: str | Node
    value: Node


class MapTake(Node):
    """`Q.pop`, `Q.peek`: OptType of the value (a struct: a copy in this frame). kind "pop" or "peek"."""

    __slots__ = ("map", "kind")
    map: str | Node
    kind: str


class MapEach(Node):
    """`RB.drain { |e| … }` (word "drain"; an Integer, how many there were; `key` is None) by bpf_user_ringbuf_drain, and
    `M.each { |k, v| … }` by bpf_for_each_map_elem. `key` and `value` are variables that the body sees (a composite key:
    one StructType variable in the frame; a struct value: the element itself). Throws out of the body end the walk."""

    __slots__ = ("map", "key", "value", "body", "word")
    map: str | Node
    key: Var | None
    value: Var | None
    body: Node
    word: str


class HelperLoop(Node):
    """`bpf_loop(count) { |var| … }`: the number of turns (Integer, or nil where nobody asks). Throws out of the body end it."""

    __slots__ = ("count", "var", "body", "word")
    count: Node
    var: Var | None
    body: Node
    word: str


class FindVma(Node):
    """`find_vma(task, address) { |task, vma| … }`: Integer, or nil where nobody asks. `vma`: the second variable's type."""

    __slots__ = ("task", "address", "vma", "params", "body", "word")
    task: Node
    address: Node
    vma: Type
    params: tuple[Var | None, ...]
    body: Node
    word: str


class After(Node):
    """`after(base.field, wait) { |key, value| … }`: the timer of an element of `map` is set, and its function with it; without
    `wait` only the function is (Integer: what the kernel says). The body names nothing around it."""

    __slots__ = ("map", "base", "field", "wait", "key", "value", "body")
    map: str
    base: Node
    field: Field
    wait: Node | None
    key: Var | None
    value: Var | None
    body: Node


class ObjectAt(Node):
    """The place of a lock or timer in an element (PtrType to nothing known): only an argument."""

    __slots__ = ("base", "field")
    base: Node
    field: Field


class Send(Node):
    """`RING << object`: `value` (StructType, usually New) is written straight into the reserved record; Bool, whether
    there was room. Dropped records are counted. Also `perf_buffer`."""

    __slots__ = ("map", "value")
    map: str | Node
    value: Node


class Reserve(Node):
    """`RING.reserve { |e| … }`: `var` (StructType, place "record", all zero at first) in the body; submitted at its end,
    discarded when the body is left by Throw or Return. Bool: was there room?"""

    __slots__ = ("map", "var", "body")
    map: str | Node
    var: Var
    body: Node


class CallMethod(Node):
    """A method of the program, args in parameter order, all given."""

    __slots__ = ("method", "args")
    method: Method
    args: tuple[Node, ...]


class Method:
    """One instance of a method: params, body and result type. Compared by identity; `symbol` is unique. `in_place`: never
    called, for a loop in it can end the whole program."""

    __slots__ = ("name", "symbol", "params", "result", "body", "span", "in_place")

    def __init__(self, name: str, symbol: str, span: Span) -> None:
        self.name = name
        self.symbol = symbol
        self.span = span
        self.params: tuple[Var, ...] = ()
        self.result: Type | None = None
        self.body: Node | None = None
        self.in_place = False


class Program:
    """A probe or section program. `body` returns its result as an Integer in the kernel's numbers.

    `args` are block parameters that exist at entry: (variable, how to get it: a node). `hook` is a kernel.hooks row or
    None for a raw section; `attach` what the loader is to do with it.
    """

    __slots__ = (
        "name", "section", "prog_type", "attach_type", "hook", "target", "options", "args", "body", "neutral", "span",
    )  # fmt: skip

    def __init__(self, name: str, section: str, span: Span) -> None:
        self.name = name
        self.section = section
        self.span = span
        self.prog_type = ""
        self.attach_type: str | None = None
        self.hook: Any = None
        self.target = ""
        self.options: dict[str, Any] = {}
        self.args: tuple[tuple[Var, Node], ...] = ()
        self.body: Node | None = None
        self.neutral = 0


class Checked:
    """A whole program, checked. `btf`: where type ids belong, when the program names fields that the input BTF lacks (it
    splits off from the input's); None otherwise. `spell` gives the C spelling of a type id;
    `locals`: every variable of every body, those that stand for the context among them. `caps`: loops that
    do not run as written → turns at most, `stops`: (line, turns, form) of those that can be stopped; later stages find them."""

    __slots__ = (
        "license", "programs", "methods", "globals", "settings", "maps", "kernel", "needs", "btf", "spell", "locals",
        "caps", "stops",
    )  # fmt: skip

    def __init__(self) -> None:
        self.license = ""
        self.programs: list[Program] = []
        self.methods: list[Method] = []
        self.globals: dict[str, GlobalVar] = {}
        self.settings: dict[str, SettingVar] = {}
        self.maps: dict[str, MapVar] = {}
        self.kernel = "5.10"
        self.needs: list[tuple[str, str, Span]] = []  # (kernel version, what needs it, where)
        self.btf: Any = None
        self.spell: Callable[[int], str] = str
        self.locals: list[Var] = []
        self.caps: dict[Span, int] = {}
        self.stops: list[tuple[int, int, str]] = []
