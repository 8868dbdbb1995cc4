"""Ruby's methods of values as rows: what each call means in primitives and control nodes.

`send.recv` is already computed and is used once; what an expansion needs twice it binds to a temporary. A block's
parameters are variables that the expansion assigns; its `next` label ends a turn, its `break` label the whole call.
"""

from __future__ import annotations

from collections.abc import Callable

from rucy.frontends.ruby.loops import LOOP_ROWS
from rucy.frontends.ruby.make import bind, eq, fold_seq, if_, int_, local, not_, prim, recv_of
from rucy.lang import tree
from rucy.lang.dialect import Dialect, MethodRow

_Expand = Callable[[tree.Send], tree.Node]


def _op(name: str) -> _Expand:
    """A primitive on the receiver and the arguments, in order."""
    return lambda send: prim(send.span, name, recv_of(send), *send.args)


def _self(send: tree.Send) -> tree.Node:
    return recv_of(send)


def _compare_zero(op: str) -> _Expand:
    return lambda send: prim(send.span, op, recv_of(send), int_(send.span, 0))


def _parity(odd: bool) -> _Expand:
    op = "ne" if odd else "eq"
    return lambda s: prim(s.span, op, prim(s.span, "and", recv_of(s), int_(s.span, 1)), int_(s.span, 0))


def _plus(op: str) -> _Expand:
    return lambda send: prim(send.span, op, recv_of(send), int_(send.span, 1))


def _nonzero(send: tree.Send) -> tree.Node:
    """The number, nil when it is 0."""
    steps, number = bind(send.span, "n", recv_of(send))
    is_zero = eq(send.span, local(number), int_(send.span, 0))
    return fold_seq(send.span, steps, if_(send, is_zero, tree.Nil(send.span), local(number)))


def _clamp(send: tree.Send) -> tree.Node:
    """`clamp(low, high)` and `clamp(low..high)`, either end open."""
    low: tree.Node | None
    high: tree.Node | None
    if len(send.args) == 1 and isinstance(send.args[0], tree.Range):
        low, high = send.args[0].lo, send.args[0].hi
    elif len(send.args) == 2:
        low, high = send.args
    else:
        low, high = send.args[0], None
    steps: tuple[tree.Node, ...] = ()
    value = recv_of(send)
    if low is not None and high is not None and not (isinstance(low, tree.Int) and isinstance(high, tree.Int)):
        (first,), number = bind(send.span, "n", value)
        (second,), least = bind(send.span, "low", low)
        steps, value, low = (first, second), local(number), local(least)
    # the upper bound first: what is the least of two numbers fits its kind, so that nothing wraps in between
    value = prim(send.span, "min", value, high) if high is not None else value
    return fold_seq(send.span, steps, prim(send.span, "max", value, low) if low is not None else value)


def _between(send: tree.Send) -> tree.Node:
    span = send.span
    first, number = bind(span, "n", recv_of(send))
    second, low = bind(span, "low", send.args[0])
    third, high = bind(span, "high", send.args[1])
    test = tree.And(span, prim(span, "ge", local(number), local(low)), prim(span, "le", local(number), local(high)))
    return fold_seq(span, (*first, *second, *third), test)


def _integer_p(send: tree.Send) -> tree.Node:
    return tree.Seq(send.span, (recv_of(send), tree.Bool(send.span, True)))


def _all_bits(send: tree.Send) -> tree.Node:
    steps, mask = bind(send.span, "mask", send.args[0])
    first, number = bind(send.span, "n", recv_of(send))
    both = prim(send.span, "and", local(number), local(mask))
    return fold_seq(send.span, (*first, *steps), eq(send.span, both, local(mask)))


def _bits(op: str) -> _Expand:
    def expand(send: tree.Send) -> tree.Node:
        return prim(send.span, op, prim(send.span, "and", recv_of(send), send.args[0]), int_(send.span, 0))

    return expand


def _always(value: bool) -> _Expand:
    return lambda send: tree.Seq(send.span, (recv_of(send), tree.Bool(send.span, value)))


def _negated(op: str) -> _Expand:
    return lambda send: not_(send.span, prim(send.span, op, recv_of(send), *send.args))


def _prefixes(op: str) -> _Expand:
    """`start_with?("a", "b")`: any of them."""

    def expand(send: tree.Send) -> tree.Node:
        if len(send.args) == 1:
            return prim(send.span, op, recv_of(send), send.args[0])
        steps, text = bind(send.span, "s", recv_of(send))
        test = prim(send.span, op, local(text), send.args[0])
        for arg in send.args[1:]:
            test = tree.Or(send.span, test, prim(send.span, op, local(text), arg))
        return fold_seq(send.span, steps, test)

    return expand


#: Words of other languages, and what they are here.
_OTHER_LANGUAGES = """
    elif=elsif elseif=elsif continue=next null=nil undefined=nil NULL=nil None=nil True=true False=false TRUE=true FALSE=false
    length=size len=size strlen=size strcmp=== getpid=pid gettid=tid getuid=uid getgid=gid
    tgid=pid curtask=current_task cpu_id=cpu nsec=nsecs elapsed=nsecs time=nsecs now=nsecs pp=p
    ppid=current_task.real_parent.tgid
    """

#: Constants that every Ruby has, which name something of user space.
_USER_SPACE = """
    ARGF ARGV Array BasicObject Binding Class Comparable Complex DATA Data Dir ENV Encoding Enumerator Errno Etc Exception
    Fiber File FileTest Float GC Hash IO IPAddr Integer JSON Kernel Marshal Math Method Module Monitor Mutex Object
    ObjectSpace Proc Process Queue RUBY_VERSION Ractor Random Range Rational Regexp STDERR STDIN STDOUT Set Signal Socket
    String StringIO Struct Symbol TCPSocket Thread Time TracePoint UDPSocket YAML
    """


#: What a program has instead, `{name}` being the constant that is made of one.
_INSTEAD = {
    "Hash": "declare a map: `{name} = hash default: 0`",
    "Array": "what changes is a global, `$counts = [0] * 16`, or a field of a struct, `attr :counts, [:u32, 16]`",
    "Integer": "every number is an Integer here, so nothing needs to ask",
    "Float": "the kernel computes with Integers only: scale, `x * 1000 / y`",
    "Set": "declare a map, and put `true` into it: `{name} = hash(:u32 => :bool)`",
    "Queue": "declare a queue, `{name} = queue(:u64, 64)`, or for records a ring, `{name} = ringbuf Event`",
    "Struct": "write a class whose fields have types: `class {name}; attr :pid, :u32; attr :comm, [:char, 16]; end`",
    "Data": "write a class whose fields have types: `class {name}; attr :pid, :u32; attr :comm, [:char, 16]; end`",
    "Mutex": "put `attr :guard, :spin_lock` into the struct that a map keeps, and write `lock(e.guard) {{ … }}`",
    "Monitor": "put `attr :guard, :spin_lock` into the struct that a map keeps, and write `lock(e.guard) {{ … }}`",
    "IPAddr": "an address is compared with its text: `ip.saddr == \"10.0.0.1\"`",
    "Time": "`nsecs` is the time since the machine started, in nanoseconds",
    "Process": "`pid`, `uid` and `nsecs` are there by these names",
    "STDOUT": "write `puts` alone", "STDERR": "write `puts` alone",
    "ARGV": "declare an option: `LIMIT = option :limit, :u32, default: 5`",
    "ENV": "declare an option: `LIMIT = option :limit, :u32, default: 5`",
    "Random": "`random` is a number of 32 bits: `random % 10`",
}  # fmt: skip


_TOGETHER = 'text is put together where it is printed: `puts "#{a} #{b}"`'
_PRINTF = '`printf "%-16s %5d\\n", a, b` prints text and numbers in columns'

#: The same of methods of a String.
_INSTEAD_OF_TEXT = {
    **dict.fromkeys(("+", "<<", "concat", "*", "insert", "prepend"), _TOGETHER),
    **dict.fromkeys(("%", "ljust", "rjust", "center"), _PRINTF),
    **dict.fromkeys(("=~", "match", "match?", "scan", "index", "gsub", "sub", "split", "slice", "tr", "partition"),
                    "ask it with `==`, `start_with?`, `end_with?` or `include?`, or print it as it is"),
    **dict.fromkeys(("upcase", "downcase", "capitalize", "swapcase", "casecmp", "casecmp?"),
                    'no text changes here: compare with each spelling, `x == "a" || x == "A"`, or print it as it is'),
    **dict.fromkeys(("chars", "bytes", "each_char", "each_byte", "count", "reverse"),
                    "its bytes are numbers, one by one: `16.times { |i| … s.getbyte(i) … }`"),
    **dict.fromkeys(("to_i", "hex", "oct"), "the kernel reads a number of a text: `strtol(text, 0)`, nil where there is none"),
    "strip": "print it as it is", "chomp": "print it as it is",
}  # fmt: skip

_GROWS = "an Array does not grow here: declare a map, `SEEN = hash default: 0`, a `queue`, or a ring, `EVENTS = ringbuf Event`"
#: The same of methods of an Integer and of an Array.
_INSTEAD_OF_OTHERS = {
    "Integer each": "write `n.times { |i| … }`, and a range in parentheses: `(1..n).each { |i| … }`",
    **{f"Array {name}": _GROWS for name in ("<<", "push", "append", "concat", "unshift", "pop", "shift")},
    "Array *": "what changes is a global, `$counts = [0] * 16`, or a field of a struct, `attr :counts, [:u32, 16]`",
    "Array join": 'text is put together where it is printed: `puts "#{a},#{b}"`',
    "Array minmax": "take `min` and `max`, one by one",
}


def _rows(owner: str, rows: list[tuple[str, int, int, _Expand]]) -> list[MethodRow]:
    return [MethodRow(owner, name, (least, most), False, expand) for name, least, most, expand in rows]


# fmt: off
_INTEGER: list[tuple[str, int, int, _Expand]] = [
    # name        args   meaning
    ("+",         1, 1, _op("add")),
    ("-",         1, 1, _op("sub")),
    ("*",         1, 1, _op("mul")),
    ("/",         1, 1, _op("floordiv")),
    ("div",       1, 1, _op("floordiv")),
    ("%",         1, 1, _op("mod")),
    ("modulo",    1, 1, _op("mod")),
    ("remainder", 1, 1, _op("rem")),
    ("**",        1, 1, _op("pow")),
    ("pow",       1, 1, _op("pow")),
    ("&",         1, 1, _op("and")),
    ("|",         1, 1, _op("or")),
    ("^",         1, 1, _op("xor")),
    ("~",         0, 0, _op("inv")),
    ("<<",        1, 1, _op("shl")),
    (">>",        1, 1, _op("shr")),
    ("[]",        1, 1, _op("bit")),
    ("-@",        0, 0, _op("neg")),
    ("+@",        0, 0, _self),
    ("==",        1, 1, _op("eq")),
    ("===",       1, 1, _op("eq")),
    ("eql?",      1, 1, _op("eq")),
    ("equal?",    1, 1, _op("eq")),
    ("!=",        1, 1, _op("ne")),
    ("<",         1, 1, _op("lt")),
    ("<=",        1, 1, _op("le")),
    (">",         1, 1, _op("gt")),
    (">=",        1, 1, _op("ge")),
    ("<=>",       1, 1, _op("spaceship")),
    ("abs",       0, 0, _op("abs")),
    ("magnitude", 0, 0, _op("abs")),
    ("bit_length", 0, 0, _op("bit_length")),
    ("gcd",       1, 1, _op("gcd")),
    ("lcm",       1, 1, _op("lcm")),
    ("zero?",     0, 0, _compare_zero("eq")),
    ("positive?", 0, 0, _compare_zero("gt")),
    ("negative?", 0, 0, _compare_zero("lt")),
    ("nonzero?",  0, 0, _nonzero),
    ("even?",     0, 0, _parity(False)),
    ("odd?",      0, 0, _parity(True)),
    ("succ",      0, 0, _plus("add")),
    ("next",      0, 0, _plus("add")),
    ("pred",      0, 0, _plus("sub")),
    ("clamp",     1, 2, _clamp),
    ("between?",  2, 2, _between),
    ("integer?",  0, 0, _integer_p),
    ("finite?",   0, 0, _always(True)),
    ("allbits?",  1, 1, _all_bits),
    ("anybits?",  1, 1, _bits("ne")),
    ("nobits?",   1, 1, _bits("eq")),
    ("ord",       0, 0, _self),
    ("to_i",      0, 0, _self),
    ("to_int",    0, 0, _self),
    ("floor",     0, 0, _self),
    ("ceil",      0, 0, _self),
    ("round",     0, 0, _self),
    ("truncate",  0, 0, _self),
    ("numerator", 0, 0, _self),
]

_BOOLEAN: list[tuple[str, int, int, _Expand]] = [
    ("&",   1, 1, _op("band")),
    ("|",   1, 1, _op("bor")),
    ("^",   1, 1, _op("bxor")),
    ("==",  1, 1, _op("eq")),
    ("===", 1, 1, _op("eq")),
    ("eql?", 1, 1, _op("eq")),
    ("!=",  1, 1, _op("ne")),
    ("!",   0, 0, lambda send: not_(send.span, recv_of(send))),
]

_STRING: list[tuple[str, int, int, _Expand]] = [
    ("==",          1, 1, _op("str_eq")),
    ("===",         1, 1, _op("str_eq")),
    ("eql?",        1, 1, _op("str_eq")),
    ("!=",          1, 1, _negated("str_eq")),
    ("start_with?", 1, 8, _prefixes("str_start")),
    ("end_with?",   1, 8, _prefixes("str_end")),
    ("include?",    1, 1, _op("str_include")),
    ("size",        0, 0, _op("str_size")),
    ("length",      0, 0, _op("str_size")),
    ("bytesize",    0, 0, _op("str_size")),
    ("empty?",      0, 0, _op("str_empty")),
    ("[]",          1, 1, _op("str_char")),
    ("getbyte",     1, 1, _op("str_byte")),
    ("ord",         0, 0, lambda send: prim(send.span, "str_byte", recv_of(send), int_(send.span, 0))),
]

_ANY: list[tuple[str, int, int, _Expand]] = [
    ("nil?", 0, 0, _op("is_nil")),
    ("==",   1, 1, _op("eq")),
    ("===",  1, 1, _op("eq")),
    ("!=",   1, 1, _op("ne")),
    ("!",    0, 0, lambda send: not_(send.span, recv_of(send))),
]
# fmt: on

_ALL: list[MethodRow] = [
    *_rows("Integer", _INTEGER),
    *_rows("Boolean", _BOOLEAN),
    *_rows("String", _STRING),
    *_rows("Any", _ANY),
    *LOOP_ROWS,
]

DIALECT = Dialect(
    methods={(row.owner, row.name): row for row in _ALL},
    truth={"Boolean": "value", "Nil": "not_nil", "Integer": "always", "String": "always", "Array": "always", "Range": "always",
           "Symbol": "always"},
    words={
        "nil": "nil",
        "true": "true",
        "false": "false",
        "integer": "an Integer",
        "boolean": "true or false",
        "string": "a String",
        "symbol": "a Symbol",
        "array": "an Array",
        "range": "a Range",
        "not_zero": "{x} != 0",
        "user_space": _USER_SPACE,
        "other_languages": _OTHER_LANGUAGES,
        **{f"instead of {name}": advice for name, advice in _INSTEAD.items()},
        **{f"instead of String {name}": advice for name, advice in _INSTEAD_OF_TEXT.items()},
        **{f"instead of {name}": advice for name, advice in _INSTEAD_OF_OTHERS.items()},
        "test_nil": "next unless {x}",
        "or_default": "{x} || {value}",
        "absolute": "{x}.abs",
        "ternary": "{x} ? 1 : 0",
        "keep_method": "method",
    },
    map_methods={
        "new": "new", "[]": "get", "[]=": "set", "store": "set", "key?": "has", "has_key?": "has", "include?": "has",
        "member?": "has",
        "fetch": "fetch", "delete": "delete", "push": "push", "<<": "append", "pop": "pop", "peek": "peek",
        "reserve": "reserve", "drain": "drain", "alloc": "alloc", "free": "free",
        "each": "each", "each_pair": "each", "size": "size", "length": "size", "empty?": "empty",
        "count": "count", "sum": "sum", "any?": "any", "all?": "all", "none?": "none", "each_key": "each_key",
        "each_value": "each_value",
    },
)  # fmt: skip
