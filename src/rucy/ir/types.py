"""Types of IR values.

There is one integer type, `i64`: widths exist at memory edges and in the extension ops only. `i1` is a truth value.
A pointer's type says what the verifier will believe of it; its kinds are rows of `POINTER_KINDS`.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Type(NamedTuple):
    """`name` is "i64", "i1", "void" or "ptr"; the rest is for pointers only."""

    name: str
    kind: str = ""
    nullable: bool = False
    trust: str = ""
    writable: bool = False
    owned: bool = False
    pointee: str = ""

    @property
    def is_ptr(self) -> bool:
        return self.name == "ptr"

    def __str__(self) -> str:
        if self.name != "ptr":
            return self.name
        words = [self.kind + ("?" if self.nullable else "")]
        words += [w for w, on in ((self.trust, self.trust), ("w", self.writable), ("owned", self.owned)) if on]
        words += [f'"{self.pointee}"'] if self.pointee else []
        return f"ptr<{', '.join(words)}>"


class PointerKind(NamedTuple):
    """What may be done with pointers of one kind.

    load: direct loads are allowed; arith: an i64 may be added; moved_access: loads at base + variable are allowed.
    """

    name: str
    load: bool
    store: bool
    arith: bool
    doc: str


POINTER_KINDS = {
    row.name: row
    for row in (
        #           name         load   store  arith
        PointerKind("ctx", True, True, False, "the program's context: base + constant only"),
        PointerKind("stack", True, True, True, "this frame"),
        PointerKind("map_value", True, True, True, "an element of a map or a global"),
        PointerKind("packet", True, True, True, "packet bytes, after `covers`"),
        PointerKind("packet_end", False, False, False, "end of the packet: compared only"),
        PointerKind("kernel", True, False, False, "a kernel object of a BTF type"),
        PointerKind("probe", False, False, True, "a kernel address that only bpf_probe_read_kernel may follow"),
        PointerKind("mem", True, True, True, "memory of a known size"),
        PointerKind("user", False, False, True, "a user-space address"),
        PointerKind("arena", True, True, True, "arena memory"),
        PointerKind("func", False, False, False, "a function's address: a callback"),
        PointerKind("map", False, False, False, "a map itself, for helpers"),
        PointerKind("slot", False, False, False, "a dynptr or iterator slot on the stack"),
    )
}

TRUSTS = ("trusted", "rcu", "untrusted")

I64 = Type("i64")
I1 = Type("i1")
VOID = Type("void")
CTX = Type("ptr", "ctx", writable=True)
STACK = Type("ptr", "stack", writable=True)
MAP = Type("ptr", "map")
PROBE = Type("ptr", "probe", nullable=True)
USER = Type("ptr", "user", nullable=True)
FUNC = Type("ptr", "func")


def pointer(
    kind: str,
    *,
    nullable: bool = False,
    trust: str = "",
    writable: bool = False,
    owned: bool = False,
    pointee: str = "",
) -> Type:
    """A pointer type; `pointee` is the C spelling of what it points to ("struct sock")."""
    return Type("ptr", kind, nullable, trust, writable, owned, pointee)
