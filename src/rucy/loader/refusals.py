"""The verifier's common refusals: what its log says, why that is, and what to do about it.

The texts are those of kernel/bpf/verifier.c and kernel/bpf/btf.c from Linux 5.10 to 7.x, where the older ones say `inv`
for `scalar` and name the pointer kinds with `_or_null`. Order matters: the first row that any line of the complaint
matches is taken.
"""
# ruff: noqa: E501 - a table

from __future__ import annotations

from rucy.records import NamedTuple

USER, LACKS, OURS = 1, 77, 70  # exit statuses


class Refusal(NamedTuple):
    """pattern: a regular expression, searched in one line of the log. reason, help: `{1}` is its first group.
    whole: it is about the program and not about one of its instructions."""

    pattern: str
    reason: str
    help: str
    status: int
    whole: bool = False


_TEST_NIL = "test it first: `if p` or `next unless p`"
_BOUND = "bound it just before: with a comparison, `min` and `max`, or `clamp`"
_NEWER = "a newer kernel may have it; `--kernel` tells the compiler which one to write for"
_PIECES = "fewer turns of its loops, or less work in each, make it smaller"
_BUG = "this is a mistake of the compiler that made the object"

# fmt: off
ROWS: tuple[Refusal, ...] = (
    Refusal(r"failed to resolve CO-RE relocation <[^>]*> \[\d+\] (?:struct |union |enum )?([\w.:]+)",
            "it uses `{1}`, which this kernel's types do not have",                "ask first: `field?`, `type?` or `enum?`", LACKS),
    Refusal(r"^<invalid CO-RE relocation>|unknown#195896080",
            "it uses a field or type that this kernel does not have",              "ask first: `field?`, `type?` or `enum?`", LACKS),
    Refusal(r"cannot call GPL.restricted",
            "it calls a helper that only GPL programs may call",                   'write `license "GPL"` at the top of the file', USER),
    Refusal(r"unknown func bpf_(\w+)#\d+",
            "this kind of program cannot call the helper `{1}` on this kernel",    _NEWER, LACKS),
    Refusal(r"unknown func (\w+)#\d+",
            "this kind of program cannot call the helper `{1}` on this kernel",    _NEWER, LACKS),
    Refusal(r"program of this type cannot use helper bpf_(\w+)#\d+",
            "this kind of program cannot call the helper `{1}`",                   _NEWER, LACKS),
    Refusal(r"invalid func (?:\S+#)?(\d+)",
            "this kernel does not have helper number {1}",                         _NEWER, LACKS),
    Refusal(r"The address of function (\w+) cannot be found",
            "`{1}` is in this kernel's types but not among its functions",         "name a function that calls it, or `optional: true`", LACKS),
    Refusal(r"calling kernel function (\w+) is not (?:allowed|found)",
            "this kind of program cannot call the kernel function `{1}`",          _NEWER, LACKS),
    Refusal(r"helper call (?:might sleep|is not allowed) in (?:non-sleepable|probe)",
            "it calls a helper that may sleep where sleeping is not allowed",      "declare the probe with `sleepable: true`", USER),
    Refusal(r"^kfunc '(\w+)' is referenced but wasn't resolved|<invalid kfunc call>",
            "it calls the kernel function `{1}`, which this kernel does not have", _NEWER, LACKS),
    Refusal(r"[Uu]nreleased reference|reference has not been|would lead to reference leak|alloc_insn=",
            "what it took from the kernel is not given back on every path",        "release it before each `next`, `return` and the end", USER),
    Refusal(r"Possibly NULL pointer passed to",
            "a pointer that may be nil is given to a helper that does not take nil", _TEST_NIL, USER),
    Refusal(r"invalid mem access '[\w|]*_or_null_?'|type=\w*_or_null_? expected=",
            "a pointer that may be nil is used without a test",                    _TEST_NIL, USER),
    Refusal(r"invalid mem access '(?:scalar|inv)'",
            "a number is used as an address",                                      "only pointers that the kernel gave can be read through", USER),
    Refusal(r"invalid mem access 'mem'|invalid mem access '(\w+)'",
            "this kind of pointer cannot be read or written like that",            "", USER),
    Refusal(r"invalid access to packet|offset is outside of the packet",
            "the packet may be shorter than what is read here",                    "compare with the packet's size first", USER),
    Refusal(r"invalid access to map (?:value|key)",
            "the access may reach outside the map's value",                        _BOUND, USER),
    Refusal(r"unbounded memory access|(?:min|max) value is outside of the allowed memory range|makes .* unbounded|value \S+ makes \S+ pointer be out of bounds",
            "an index may be past the end",                                        _BOUND, USER),
    Refusal(r"min value is negative",
            "an index or a size may be negative",                                  _BOUND, USER),
    Refusal(r"invalid zero-sized read",
            "a size may be zero where the kernel wants at least one byte",         _BOUND, USER),
    Refusal(r"math between (\w+) pointer and register with unbounded",
            "a number without known bounds is added to a pointer",                 _BOUND, USER),
    Refusal(r"math between|pointer arithmetic|pointer operation|bitwise operator|subtract(?:ion)? .*pointer|pointer [-+]= pointer|pointer comparison prohibited",
            "this arithmetic with a pointer is not allowed",                       "", USER),
    Refusal(r"back-edge from insn|infinite loop detected|loop is not bounded",
            "the kernel cannot see that a loop ends",                              "give the loop a bound: `n.times`, or a counter that is compared each turn", USER),
    Refusal(r"BPF program is too large\. Processed (\d+) insn",
            "it was too long to check: the kernel gave up after {1} instructions", _PIECES, USER),
    Refusal(r"The sequence of (\d+) jumps is too complex",
            "it has too many paths to check: {1} at once",                         _PIECES, USER),
    Refusal(r"combined stack size of \d+ calls is (\d+)",
            "its methods together need {1} bytes of stack, and there are 512",     "call fewer methods inside each other, or keep less in variables", USER, True),
    Refusal(r"call stack of \d+ frames|the call stack .* too deep",
            "its methods call each other too deeply",                              "eight calls inside each other are the limit", USER, True),
    Refusal(r"tail_calls? .*(?:not allowed|subprog)",
            "a tail call is not possible from here",                               "", USER),
    Refusal(r"R0 !read_ok",
            "it can end without a result",                                         "give a result on every path", OURS),
    Refusal(r"!read_ok",
            "a value is used that is not set on every path",                       _BUG, OURS),
    Refusal(r"invalid (?:indirect )?read from stack (?:R\d+ )?(?:var_)?off [-\d(]",
            "stack bytes are read that were never written",                        _BUG, OURS),
    Refusal(r"invalid (?:.*[^\w])?stack",
            "an access may reach outside the stack",                               _BOUND, USER),
    Refusal(r"At program exit the register R0|At .* the register R0 has .* should have been",
            "its result may be one that this hook does not have",                  "give one of the hook's results: `rucy hooks` lists them", USER),
    Refusal(r"invalid bpf_context access|dereference of modified ctx|ctx access var_off",
            "this part of the context cannot be read or written like that here",   "", USER),
    Refusal(r"cannot (?:write|store) into|write into map forbidden|only read is supported|R\d+ cannot write into|is read-only|cannot write to",
            "it writes to what is read-only",                                      "", USER),
    Refusal(r"access beyond (?:the end of )?(?:struct|member|type) ?(\w+)",
            "the access may reach outside `{1}`",                                  "", USER),
    Refusal(r"access beyond",
            "the access may reach outside the object",                             "", USER),
    Refusal(r"invalid access to memory",
            "the access may reach outside the memory that it was given",           _BOUND, USER),
    Refusal(r"leaks addr|partial spill",
            "it would give a kernel address away",                                 "", USER),
    Refusal(r"misaligned",
            "an access is not aligned to its size",                                "", USER),
    Refusal(r"cannot update sockmap in this context",
            "this kernel does not let this kind of program put sockets into a map or take them out", "do it in `sockops`, by `sock_map_update` or `sock_hash_update`", LACKS),
    Refusal(r"cannot pass map_type \d+ into func (?:bpf_)?(\w+)",
            "the helper `{1}` does not take this kind of map",                     "", USER),
    Refusal(r"R\d+ type=(\w+) expected=",
            "a helper is given something of the wrong kind",                       "`rucy check` names what it takes", USER),
    Refusal(r"must be (?:a )?(?:referenced|trusted|rcu|known constant|a known)",
            "a helper or kernel function is given a value that it does not trust", "", USER),
    Refusal(r"[Aa]ttach to (\S+) is not allowed|(\w+)\(\) is not (?:modifiable|sleepable|attachable)|Attach to unsupported",
            "this kernel function cannot be attached to like that",                "", LACKS),
    Refusal(r"attach_btf_id|is not a (?:function|kernel function)|Invalid name|kernel function .* does ?n[o']t",
            "what it attaches to does not fit this kind of program",               "", LACKS),
    Refusal(r"spin_lock|inside .* locked|while holding",
            "a lock is not used as the kernel wants it",                           "take one lock at a time, and call nothing while it is held", USER),
    Refusal(r"unreachable insn|jump out of range|last insn is not|unknown opcode|reserved fields|invalid BPF_LD_IMM|bad register|frame pointer is read only|invalid (?:btf|func|line|name)_?(?:info|offset)|missing btf|number of funcs|func_info|arg#\d+ type|Validating \w+\(\) func#\d+\.\.\.$",
            "the object is not well formed",                                       _BUG, OURS),
)
# fmt: on
