"""Maps: their declarations, keys, values and methods."""

from __future__ import annotations

from rucy.source import Diagnostic

# ---------------------------------------------------------------- declarations


class MapForm(Diagnostic):
    code = "map-form"
    title = "`{text}` is not what `{word}` takes"
    help = "write e.g. `{form}`{more}"


class MapOption(Diagnostic):
    code = "map-option"
    title = "`{word}` has no option `{name}:`{suggestion}"
    help = "it takes {known}"


class MapOptionTwice(Diagnostic):
    code = "map-option-twice"
    title = "`{word}:` is given twice"
    help = "leave one of them out"


class MapPin(Diagnostic):
    code = "map-pin"
    title = "`{text}` is no name to pin a map by"
    help = 'write a name without `/` and `.`: `pin: "counts"`'


class MapDefault(Diagnostic):
    code = "map-default"
    title = "`{text}` cannot be the default of a map: only Integers and booleans can"
    help = "write a literal, `default: 0`; for anything else test the value: `MAP[k] || …`"


class MapDefaultType(Diagnostic):
    code = "map-default"
    title = "the default {default} does not go with values of type `{text}`"
    help = "leave `default:` out, and test what `MAP[k]` gives"


class MapSize(Diagnostic):
    code = "map-size"
    title = "`{text}` is no size that is known when the program is compiled"
    help = "write a number, e.g. `size: 10_240`"


class MapSizeRange(Diagnostic):
    code = "map-size"
    title = "a map cannot have {size} entries"
    help = "give a number from 1 to 4294967295"


class MapFlags(Diagnostic):
    code = "map-flags"
    title = "`{text}` is no flag of a map that can be given here"
    help = "name flags of the kernel, `flags: BPF_F_NO_PREALLOC | BPF_F_ZERO_SEED`"


class MapSizeOption(Diagnostic):
    code = "map-size"
    title = "`{text}`, an option of type `:{type}`, cannot say the size of this `{word}`"
    help = "use an option that is a number, `option :entries, :u32`, for a map that stands by itself; else write a number"


class MapKeyType(Diagnostic):
    code = "map-key-type"
    title = "`{text}` cannot be a key of a `{word}`"
    help = "use {shown}"


class MapValueObject(Diagnostic):
    code = "map-value-type"
    title = "`:{kind}` is no value by itself"
    help = "make it a field of a struct: `attr :x, :{kind}`, and the struct the value"


class RingRecord(Diagnostic):
    code = "ring-record"
    title = "`{text}` is no record: a `{word}` carries structs"
    help = "name a class with attrs: `{word} Event`"


#: What is meant by types of other languages, and of Ruby.
_MEANT = {
    ":u8": "byte uint8 uchar", ":i8": "int8", ":u16": "ushort uint16 port", ":i16": "short int16",
    ":u32": "uint uint32 uint32_t unsigned pid", ":i32": "int int32 int32_t s32 signed", ":u64": "ulong uint64 uint64_t size_t",
    ":i64": "long int64 int64_t s64 integer", ":bool": "boolean", ":ip4": "ip ipaddr ipv4", ":ip6": "ipv6",
    "[:char, 64]": "string str text comm",
}  # fmt: skip


_WORDS = "u8 u16 u32 u64 i8 i16 i32 i64 bool char ip4 ip6 mac ksym errno".split()


def meant_type(text: str) -> str:
    """What to write for a type that is none here; "" where that is not known."""
    word = text.strip(":\"'").lower()
    found = next((type_ for type_, words in _MEANT.items() if word in words.split()), None)
    if text[:1] in ('"', "'") and found is None and word in _WORDS:
        found = f":{word}"
    room = " (the number is the room that it has, with the NUL at its end)" if found and found.startswith("[") else ""
    return f"write `{found}`{room}" if found else ""


class NoSuchType(Diagnostic):
    code = "no-such-type"
    title = "`{text}` is no type{suggestion}"
    help = "use a storage type (`:u32`), an array of one (`[:char, 16]`), or a struct's name"

    @property
    def help_text(self) -> str:
        return meant_type(str(self.values["text"])) or super().help_text


class TypeCount(Diagnostic):
    code = "type-count"
    title = "an array of {count} elements holds nothing"
    help = "give a number from 1"


class MapInside(Diagnostic):
    code = "map-inside"
    title = "`{word}` declares a map, and stands at the top level only"
    help = "write `{name} = {text}` at the top of the file, and use `{name}` here"


class MapOpen(Diagnostic):
    code = "map-open"
    title = "nothing in the kernel half says what {what} that `{map}` has"
    help = "write them: `{declared}`"


class RingOpen(Diagnostic):
    code = "map-open"
    title = "nothing in the kernel half says what records `{ring}` carries"
    help = "name their class: `{declared}`"


# ---------------------------------------------------------------- use


class MapAsValue(Diagnostic):
    code = "map-as-value"
    title = "`{map}` is a map, which cannot be passed on or kept in a variable in the kernel half"
    help = "use it by its name: `{map}[key]`"


class NoMapMethod(Diagnostic):
    code = "no-map-method"
    title = "`{name}` is nothing that `{map}`, {word}, has in the kernel half"
    help = "{advice}"


_LIST = "a `{word}` has no keys, but `push`, `pop` and `peek`; an `array` has indexes, a `hash` keys"
_FILTER = "a filter tells only whether a value may have been put in: `{map}.include?(value)`; a `hash` also gives values"
_RING = "records leave through it, `{map} << Event.new(…)`, and are read in the user half"
_STORED = "the kernel has no walk through what its objects keep: keep a `hash` beside it, by `pid` or another number"
_LISTS = "`{map}[key] = value` puts something there; for one after the other there are `queue` and `stack`"
_INNER = "only its declaration (`0 => NAME`) and user space put maps there and take them out"
_DEVICE = "user space puts devices there; a program asks `{map}[key]`, `{map}.key?(key)`, and sends by `redirect_map({map}, key)`"

#: (kind or word of a map, what was asked of it: "" for anything) → what to do
INSTEAD: dict[tuple[str, str], str] = {
    ("orders", ""): "user space puts records there; a program takes them out: `{map}.drain {{ |e| … }}`",
    ("ring", "drain"): "a `user_ringbuf` carries records to programs; this one carries them to the user half",
    ("arena", ""): "memory is taken from it, `{map}.alloc(Node, 100)`, and given back, `{map}.free(nodes)`",
    ("queue", ""): _LIST, ("bloom", ""): _FILTER, ("ring", ""): _RING, ("storage", "each"): _STORED,
    ("lpm", "each"): "the kernel has no walk through an `lpm_trie`: keep a `hash` beside it, or go through it in the user half",
    **{(kind, what): _LISTS for kind in ("hash", "array", "lpm") for what in ("push", "append", "pop", "peek")},
    ("storage", "push"): "`{map}[object] = value` puts something there", ("storage", "append"): "`{map}[object] = value`",
    ("maps", "set"): _INNER, ("maps", "delete"): _INNER, ("maps", "update"): "change what is inside: `{map}[key][other] += 1`",
    ("maps", "fetch"): "test what is there: `if inner = {map}[key]`",
    ("maps", "each"): "the kernel has no walk through maps of maps: ask for each key you know, `if inner = {map}[key]`",
    ("devices", ""): _DEVICE,
    ("xskmap", ""): "a program asks `{map}.key?(index)`, and sends by `redirect_map({map}, index, :pass)`",
    ("sockets", "has"): "take it: `if sk = {map}[key]`, and give it back by `sk_release(sk)`",
    ("sockets", ""): "a program has `{map}[key]`, which it gives back by `sk_release`, and redirects to its sockets by "
                     "`sk_redirect_map` or `msg_redirect_map` (of a `sockhash` `…_hash`)",
    ("cpumap", ""): "a program sends packets to a CPU: `redirect_map({map}, cpu)`",
    ("cgroup_array", ""): "a program asks `current_task_under_cgroup({map}, index)` or `skb_under_cgroup({map}, index)`",
    ("reuseport_sockarray", ""): "a program chooses one: `sk_select_reuseport({map}, index, 0)`",
    ("perf_event_array", ""): "a program reads a counter: `perf_event_read_value({map}, index, reading)`",
    ("stacks", ""): "a program puts its stack there: `kstack({map})`",
    ("programs", ""): "a program calls another: `tail_call {map}, index`",
}  # fmt: skip


class MapCountAll(Diagnostic):
    code = "map-count"
    title = "the kernel cannot tell a program how many elements `{map}` has (`{name}`)"
    help = "ask in the user half, count in a $global of your own, or go through all of them: `{map}.count {{ true }}`"


class WalkBlock(Diagnostic):
    code = "each-block"
    title = "`{name}` of a map needs a block here, which says what is wanted of each element"
    help = "write `{map}.{name} {block}`"


class MapCount(Diagnostic):
    code = "map-count"
    title = "the kernel cannot tell a program how many elements `{map}` has (`{name}`)"
    help = "ask in the user half, or count in a $global of your own"


class ArrayDelete(Diagnostic):
    code = "array-delete"
    title = "an element of `{map}`, an array, cannot be deleted"
    help = "set it to 0, or use a `hash`"


class MapNoKey(Diagnostic):
    code = "map-no-key"
    title = "`{map}` is asked without a key"
    help = "give one: `{map}[key]`"


class MapKeyParts(Diagnostic):
    code = "map-key-parts"
    title = "a key of `{map}` has {count} part(s), and {given} are given"
    help = "give as many everywhere"


class MapKeyKinds(Diagnostic):
    code = "map-key-kinds"
    title = "`{map}` is indexed with {have} here, and with `{old}` elsewhere"
    help = "use one kind of key"


class MapKeyValue(Diagnostic):
    code = "map-key-type"
    title = "{have} cannot be a key of `{map}`"
    help = "use a number, a string, an address or a struct"


class MapKeyArray(Diagnostic):
    code = "map-key-array"
    title = "`{text}` is an array in the kernel: its address is no key, for it says nothing of what is in the array"
    help = (
        "use its elements: `{map}[{text}[0], {text}[1]]`; an address of a network is a key where the map says so: "
        "`{map} = hash(:mac => :u64)`, `:ip6`"
    )


class LpmKey(Diagnostic):
    code = "lpm-key"
    title = "`{map}` finds addresses by their longest prefix, and {have} is no address"
    help = "give an address in network byte order: an `:ip4` or `:ip6` field, or `htonl(x)`"


class MapIndexOutside(Diagnostic):
    code = "map-index-outside"
    title = "`{map}` has {size} element(s), and {index} is none of their indexes"
    help = "use an index from 0 to the number of elements minus 1, or declare a larger array"


class MapIndexUnproved(Diagnostic):
    code = "map-index-unproved"
    title = "`{map}` may have no element `{key}`"
    help = "keep the index below its size: `% {size}`"


class MapValueKinds(Diagnostic):
    code = "map-value-kinds"
    title = "{have} is stored in `{map}` here, and `{old}` elsewhere"
    help = "store one kind of value; a struct can hold several"


class MapStoreNil(Diagnostic):
    code = "map-store-nil"
    title = "`{words[nil]}` cannot be stored in `{map}`"
    help = "take the element out: `{map}.delete(key)`"


class FetchDefault(Diagnostic):
    code = "fetch-default"
    title = "`fetch` needs the value to give for a missing key: nothing can be raised in the kernel"
    help = "write `{map}.fetch({key}, 0)` or `{map}.fetch({key}) {{ 0 }}`, or test `{map}[{key}]`"


class NoMapUpdate(Diagnostic):
    code = "no-map-update"
    title = "`{text}` changes nothing that `{map}`, {word}, has"
    help = "{advice}"


class MapUpdateType(Diagnostic):
    code = "map-update-type"
    title = "`{op}=` on an element of `{map}` takes an Integer, and this is {have}"
    help = "give a number in host byte order"


class MapUpdateOf(Diagnostic):
    code = "map-update-type"
    title = "the values of `{map}` are `{held}`, which `{op}=` cannot change"
    help = "`{op}=` changes Integers, and Integer fields of structs: `e.n {op}= 1`"


class MapUpdateDefault(Diagnostic):
    code = "map-update-default"
    title = "`{map}[{key}]` is nil where the key is missing, and nil has no `{op}`"
    help = "give missing keys a value: `{declared}`"


class MapOperator(Diagnostic):
    code = "map-operator"
    title = "`{op}=` on `{map}` reads, computes and writes: what another CPU writes between would be lost"
    help = "use += -= |= &= ^=, which are atomic, a per-CPU map, or a struct with a lock: `lock(e.l) {{ e.n {op}= … }}`"


class MapReadModifyWrite(Diagnostic):
    code = "map-read-modify-write"
    title = "`{map}[{key}]` is read and written again: what another CPU writes between would be lost"
    help = (
        "use `{map}[{key}] += n` (also -= |= &= ^=), which is atomic, with `default: 0` at the map; "
        "or a per-CPU map, or a struct with a lock: `lock(e.l) {{ … }}`"
    )


class AtomicWidth(Diagnostic):
    code = "atomic-width"
    title = "{what} is `{held}`, and the kernel's atomic `{op}=` works on 4 or 8 bytes"
    help = "declare it wider: `{wide}`"


class MapAndSet(Diagnostic):
    code = "map-and-set"
    title = "`&&=` on an element of a map is not in the language"
    help = "write the test: `{map}[{key}] = {value} if {map}.key?({key})`"


class ArrayOrSet(Diagnostic):
    code = "array-or-set"
    title = "an element of `{map}`, an array, is never missing, so `||=` would store nothing"
    help = "compare and store: `{map}[{key}] = … if {map}[{key}] == 0`"


class DefaultOrSet(Diagnostic):
    code = "default-or-set"
    title = "`{map}` has a default, so `{map}[{key}]` is never nil and `||=` would store nothing"
    help = "ask for the key: `{map}[{key}] = {value} unless {map}.key?({key})`, or leave `default:` out"


class BoolOrSet(Diagnostic):
    code = "bool-or-set"
    title = "`||=` would also overwrite a false that is in `{map}`"
    help = "ask for the key: `{map}[{key}] = {value} unless {map}.key?({key})`"


class RingValue(Diagnostic):
    code = "ring-value"
    title = "`{ring}` carries structs, and this is {have}"
    help = "make a record: `{ring} << Event.new(…)`"


class RingRecordOther(Diagnostic):
    code = "ring-record"
    title = "`{ring}` carries records of `{want}`, and this is {have}"
    help = "use one ring for each kind of record"


class ReserveBlock(Diagnostic):
    code = "reserve-block"
    title = "`reserve` takes a block with one parameter, the record to fill in"
    help = "write `{ring}.reserve {{ |e| e.x = 1 }}`"


class ReserveRing(Diagnostic):
    code = "reserve-ring"
    title = "only records of a `ringbuf` can be filled in place"
    help = "write `{ring} << Event.new(…)`"


class ReserveRecord(Diagnostic):
    code = "reserve-record"
    title = "`{ring}` does not say which records it carries"
    help = "name their class: `{declared}`"


class ReserveBreak(Diagnostic):
    code = "reserve-break"
    title = "`break` cannot leave the block of `reserve`"
    help = "use `next`, which sends the record as it is, or leave the probe"


# ---------------------------------------------------------------- histograms and statistics


class LinearBounds(Diagnostic):
    code = "linear-bounds"
    title = "from {low} to {high} by {step} there is no slot"
    help = "write `histogram(:linear, 0..100, 5)`: the least, the greatest, and the width of a slot"


class LinearSlots(Diagnostic):
    code = "linear-bounds"
    title = "this histogram would have {slots} slots; the most is {most}"
    help = "make the slots wider, or use `histogram(:log2)`"


class HistogramKeys(Diagnostic):
    code = "histogram-keys"
    title = "`{map}` is used with a key here and without one elsewhere, or the other way round"
    help = "use one for all values, and another for each key"


class HistogramValue(Diagnostic):
    code = "histogram-value"
    title = "`{map}` counts Integers, and this is {have}"
    help = "give a number in host byte order"


class HistogramCall(Diagnostic):
    code = "histogram-call"
    title = "`{name}` is nothing that `{text}` has: numbers are put into it"
    help = "write `{text} << value`; the user half reads it: `{map}.print`"


class HistogramRead(Diagnostic):
    code = "histogram-read"
    title = "what is in `{text}` is not read in the kernel half"
    help = "put a number into it, `{text} << value`, and read it in the user half"


# ---------------------------------------------------------------- programs in arrays


class ProgramSlot(Diagnostic):
    code = "program-slot"
    title = "a `prog_array` cannot have its slot {slot} filled so"
    help = "number the slots from 0, each once, below the array's size"


class NoProgram(Diagnostic):
    code = "no-program"
    title = "no probe is named `{name}`{suggestion}"
    help = "name one: `{hook} name: :{name}, attach: false do … end`"


class ProgramHook(Diagnostic):
    code = "program-hook"
    title = "`{name}` is a program of `{hook}`, and the array holds programs of `{want}`"
    help = "a program calls only programs of its own hook"


class TailCallMap(Diagnostic):
    code = "tail-call"
    title = "`{text}` is no array of programs"
    help = "declare one: `PROGS = prog_array(xdp, 0 => :parse_ip)`"


class TailCallHook(Diagnostic):
    code = "tail-call"
    title = "`{map}` holds programs of `{want}`, and this is another hook"
    help = "a program calls only programs of its own hook"


# ---------------------------------------------------------------- maps of maps


class InnerKind(Diagnostic):
    code = "inner-map"
    title = "a `{word}` cannot be inside another map"
    help = "hashes, arrays, tries, queues, stacks, filters and rings can: `{outer}(array(:u64, 8))`"


class InnerPin(Diagnostic):
    code = "inner-map"
    title = "what `{outer}` holds cannot be pinned by one name"
    help = "pin `{outer}`, or the maps that are put into it"


class InnerSlot(Diagnostic):
    code = "inner-map"
    title = "slot {slot} cannot be filled so"
    help = "number the slots from 0 to {most}, each once"


class InnerName(Diagnostic):
    code = "inner-map"
    title = "`{text}` is no map that stands above: a slot takes the name of one"
    help = "declare it first: `A = array(:u64, 8)`"


class InnerShape(Diagnostic):
    code = "inner-shape"
    title = "`{name}` is not of the shape of the maps that `{outer}` holds, and the kernel would not put it there"
    help = "declare it so: `{want}`"


class InnerKey(Diagnostic):
    code = "inner-map"
    title = "the slots of `{outer}` can be filled in its declaration only where its keys have 4 bytes"
    help = "use keys of `:u32`, or fill it in the user half"


# ---------------------------------------------------------------- maps and helpers


class HelperForm(Diagnostic):
    code = "helper-form"
    title = "`{name}` is not called by its name: what it does is written otherwise"
    help = "write e.g. `{form}`"


class HelperMap(Diagnostic):
    code = "helper-map"
    title = "`{name}` takes a map here, by the name of its constant, and `{text}` is none"
    help = "declare one at the top: `MAP = {word}(64)`"


class HelperMapKind(Diagnostic):
    code = "helper-map"
    title = "`{name}` takes a map of kind {wanted}, and `{map}` is {word}"
    help = "declare the map as what the helper takes"


class SocketPut(Diagnostic):
    code = "socket-put"
    title = "`{map}` holds sockets, and this is {have}"
    help = "give one that the kernel has given: `if sk = sk_lookup_tcp(…)`"


class SocketPutHere(Diagnostic):
    code = "socket-put"
    title = "the kernel lets no program of `{hook}` put sockets into `{map}` or take them out like this"
    help = (
        "write `{update}({map}, key, BPF_ANY)` in `sockops`, which sees each connection begin; `{map}.delete(key)` is allowed "
        "there too"
    )


class SocketPutGone(Diagnostic):
    code = "socket-put"
    title = "newer kernels than Linux {last} let no program of `{hook}` put sockets into `{map}` or take them out"
    help = (
        "write `{update}({map}, key, BPF_ANY)` in `sockops`, which sees each connection begin; `{map}.delete(key)` is allowed "
        "there too"
    )


class SocketPutOld(Diagnostic):
    code = "socket-put-old"
    severity = "warning"
    title = (
        "Linux 7.3 does not load this: it lets no program of `{hook}` put sockets into `{map}` or take them out; Linux {last} "
        "does"
    )
    help = (
        "for all kernels write `{update}({map}, key, BPF_ANY)` in `sockops`, which sees each connection begin; "
        "`{map}.delete(key)` is allowed there too"
    )


class SocketTaken(Diagnostic):
    code = "socket-taken"
    title = "`{map}` takes a socket out without giving it"
    help = "take it first: `if sk = {map}[key]`, and give it back by `sk_release(sk)`"


class ArenaCount(Diagnostic):
    code = "arena-alloc"
    title = "`{text}` is no number of elements that is known when the program is compiled"
    help = "write a number from 1"


class ArenaType(Diagnostic):
    code = "arena-alloc"
    title = "`{text}` cannot lie in an arena by itself"
    help = "allocate a struct, or so many of one: `{arena}.alloc(Node)`, `{arena}.alloc(Node, 100)`, `{arena}.alloc(:u64, 512)`"


class ArenaSmall(Diagnostic):
    code = "arena-alloc"
    title = "`{arena}` has {size} pages of 4096 bytes, and this needs {pages}"
    help = "declare more pages: `{arena} = arena({pages})`"


class ArenaFree(Diagnostic):
    code = "arena-free"
    title = "`free` takes what `{arena}.alloc` has given, and this is {have}"
    help = "give the object itself"


class ArenaSize(Diagnostic):
    code = "map-size"
    title = "an arena of {size} pages is more than the kernel gives"
    help = "give a number of pages of 4096 bytes up to 524288"


class ArenaTwo(Diagnostic):
    code = "arena-two"
    title = "a program can use one arena only"
    help = "make the first one larger, and use it for both"


class NilGlobal(Diagnostic):
    code = "nil-global"
    title = "`${name}` is {words[nil]} at first, which only a $global can be that keeps what lies in an arena"
    help = "give it a first value: `${name} = 0`"


class DrainBlock(Diagnostic):
    code = "each-block"
    title = "`drain` takes a block with one parameter, a record"
    help = "write `{map}.drain {{ |e| … }}`"


class EachBlock(Diagnostic):
    code = "each-block"
    title = "`each` takes a block with two parameters, the key and the value"
    help = "write `{map}.each {{ |key, value| … }}`"
