"""Writing `.BTF`: the types of one object, described (`btf.describe`) or copied from the kernel's BTF.

A type copied from the kernel keeps its name, size and offsets but only those members and enumerators that the program
uses, as clang does; a struct that is only pointed to becomes a forward declaration. Therefore three steps: register
what is used (`use`, `use_ref`), build types (`add`, `func`, `var`, …), then ask for ids of relocations (`remap`) and
for the bytes (`finish`). Same calls, same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rucy.btf import describe as c
from rucy.btf import types as bt
from rucy.btf.core import ENUM_KINDS, FIELD_KINDS, CoreRef, parse_access, root_type
from rucy.btf.types import HEADER, HEADER_SIZE, MAGIC, MAX_DEPTH, BtfError, Enumerator, Member, Param

if TYPE_CHECKING:
    from rucy.btf.reader import Btf

_LINKAGE = {"static": bt.LINKAGE_STATIC, "global": bt.LINKAGE_GLOBAL, "extern": bt.LINKAGE_EXTERN}
_ENCODING: dict[bool | str, int] = {
    False: 0,
    True: bt.INT_SIGNED,
    "bool": bt.INT_BOOL,
    "char": bt.INT_SIGNED,
}
_KFLAG = 1 << 31
_DEFERRED = b""  # stands for a kernel type whose body is written at the end


class BtfWriter:
    """One `.BTF` section in the making. `kernel` is what kernel type ids refer to."""

    __slots__ = ("kernel", "_strings", "_blob", "_types", "_known", "_imported", "_used", "_whole", "_deferred", "_fixed")

    def __init__(self, kernel: Btf | None = None) -> None:
        self.kernel = kernel
        self._strings: dict[str, int] = {"": 0}
        self._blob = bytearray(1)
        self._types: list[bytes] = []
        self._known: dict[bytes, int] = {}  # encoded type → id
        self._imported: dict[int, int] = {0: 0}  # kernel id → id
        self._used: dict[int, set[int]] = {}  # kernel struct or enum → indices of what is used of it
        self._whole: set[int] = set()  # kernel structs whose size matters
        self._deferred: dict[int, int] = {}  # kernel struct or enum → id
        self._fixed = False  # indices have been given out

    # --- strings and raw types ---

    def string(self, text: str) -> int:
        """Offset of the text in the string section; what is not UTF-8 in it is kept, zero bytes are not."""
        at = self._strings.get(text)
        if at is None:
            at = self._strings[text] = len(self._blob)
            self._blob += text.encode("utf-8", "surrogateescape").replace(b"\0", b"") + b"\0"
        return at

    def _encode(self, kind: int, name: str, extra: int, tail: bytes = b"", vlen: int = 0, flag: bool = False) -> bytes:
        if vlen > 0xFFFF:
            raise BtfError(f"{name or 'a type'} has {vlen} parts, more than BTF's 65535")
        info = kind << 24 | vlen | (_KFLAG if flag else 0)
        return struct.pack("<III", self.string(name), info, extra) + tail

    def _append(self, body: bytes) -> int:
        self._types.append(body)
        return len(self._types)

    def _once(self, body: bytes) -> int:
        known = self._known.get(body)
        if known is None:
            known = self._known[body] = self._append(body)
        return known

    def integer(self, name: str, size: int, bits: int, encoding: int = 0, offset: int = 0) -> int:
        """INT; `size` in bytes, `encoding` of INT_SIGNED, INT_CHAR, INT_BOOL."""
        return self._once(self._encode(bt.INT, name, size, struct.pack("<I", encoding << 24 | offset << 16 | bits)))

    def ptr(self, to: int) -> int:
        return self._once(self._encode(bt.PTR, "", to))

    def array(self, of: int, nelems: int, index: int | None = None) -> int:
        """ARRAY; its index is by default the type that clang makes for it."""
        if index is None:
            index = self.integer("__ARRAY_SIZE_TYPE__", 4, 32)
        return self._once(self._encode(bt.ARRAY, "", 0, struct.pack("<III", of, index, nelems)))

    def struct(self, name: str, size: int, members: Sequence[Member]) -> int:
        """STRUCT; members ascend by offset, as the kernel wants."""
        return self._once(self._composite(bt.STRUCT, name, size, members))

    def union(self, name: str, size: int, members: Sequence[Member]) -> int:
        return self._once(self._composite(bt.UNION, name, size, members))

    def _composite(self, kind: int, name: str, size: int, members: Sequence[Member]) -> bytes:
        flag = any(member.bitfield_size for member in members)
        tail = b"".join(
            struct.pack("<III", self.string(m.name), m.type_id, m.bitfield_size << 24 | m.bit_offset) for m in members
        )
        return self._encode(kind, name, size, tail, len(members), flag)

    def enum(self, name: str, size: int, signed: bool, values: Sequence[Enumerator]) -> int:
        return self._once(self._enumeration(bt.ENUM, name, size, signed, values))

    def enum64(self, name: str, size: int, signed: bool, values: Sequence[Enumerator]) -> int:
        return self._once(self._enumeration(bt.ENUM64, name, size, signed, values))

    def _enumeration(self, kind: int, name: str, size: int, signed: bool, values: Sequence[Enumerator]) -> bytes:
        layout, mask = ("<II", 0xFFFFFFFF) if kind == bt.ENUM else ("<IQ", 0xFFFFFFFFFFFFFFFF)
        tail = b"".join(struct.pack(layout, self.string(each.name), each.value & mask) for each in values)
        return self._encode(kind, name, size, tail, len(values), signed)

    def fwd(self, name: str, is_union: bool = False) -> int:
        return self._once(self._encode(bt.FWD, name, 0, flag=is_union))

    def typedef(self, name: str, of: int) -> int:
        return self._once(self._encode(bt.TYPEDEF, name, of))

    def volatile(self, of: int) -> int:
        return self._once(self._encode(bt.VOLATILE, "", of))

    def const(self, of: int) -> int:
        return self._once(self._encode(bt.CONST, "", of))

    def restrict(self, of: int) -> int:
        return self._once(self._encode(bt.RESTRICT, "", of))

    def func_proto(self, ret: int, params: Sequence[Param]) -> int:
        tail = b"".join(struct.pack("<II", self.string(param.name), param.type_id) for param in params)
        return self._once(self._encode(bt.FUNC_PROTO, "", ret, tail, len(params)))

    def func(self, name: str, proto: int, linkage: str = "global") -> int:
        """FUNC; `linkage` is "static", "global" or "extern". Each call makes one."""
        return self._append(self._encode(bt.FUNC, name, proto, vlen=_LINKAGE[linkage]))

    def var(self, name: str, of: int, linkage: str = "global") -> int:
        """VAR; `linkage` is "static", "global" or "extern". Each call makes one."""
        return self._append(self._encode(bt.VAR, name, of, struct.pack("<I", _LINKAGE[linkage])))

    def datasec(self, name: str, size: int, entries: Sequence[tuple[int, int, int]]) -> int:
        """DATASEC; entries are (id of a VAR or FUNC, offset, size) in bytes."""
        tail = b"".join(struct.pack("<III", *entry) for entry in entries)
        return self._append(self._encode(bt.DATASEC, name, size, tail, len(entries)))

    def floating(self, name: str, size: int) -> int:
        return self._once(self._encode(bt.FLOAT, name, size))

    def decl_tag(self, tag: str, of: int, component: int = -1) -> int:
        """DECL_TAG on a declaration, or on its member or parameter with that index."""
        return self._once(self._encode(bt.DECL_TAG, tag, of, struct.pack("<i", component)))

    def type_tag(self, tag: str, of: int) -> int:
        return self._once(self._encode(bt.TYPE_TAG, tag, of))

    # --- described types ---

    def add(self, ctype: c.CType) -> int:
        """The id of a described type; the same one for the same type."""
        match ctype:
            case c.CVoid():
                return 0
            case c.CInt():
                return self.integer(ctype.name, ctype.bits // 8, ctype.bits, _ENCODING[ctype.signed])
            case c.CPtr():
                if isinstance(ctype.to, c.CKernel):
                    return self.ptr(self._import(ctype.to.type_id, 0))
                return self.ptr(self.add(ctype.to))
            case c.CArray():
                return self.array(self.add(ctype.of), ctype.n)
            case c.CStruct():
                return self.struct(ctype.name, ctype.size, self._fields(ctype.fields))
            case c.CUnion():
                return self.union(ctype.name, ctype.size, self._fields(ctype.fields))
            case c.CEnum():
                values = [Enumerator(name, value) for name, value in ctype.values]
                signed = any(each.value < 0 for each in values)
                wide = any(not -(1 << 31) <= each.value < 1 << 32 for each in values)
                return (self.enum64 if wide else self.enum)(ctype.name, ctype.size, signed, values)
            case c.CFwd():
                return self.fwd(ctype.name, ctype.is_union)
            case c.CTypedef():
                return self.typedef(ctype.name, self.add(ctype.of))
            case c.CConst():
                return self.const(self.add(ctype.of))
            case c.CVolatile():
                return self.volatile(self.add(ctype.of))
            case c.CTag():
                return self.type_tag(ctype.tag, self.add(ctype.of))
            case c.CFunc():
                params = [Param(name, self.add(of)) for name, of in ctype.params]
                return self.func_proto(self.add(ctype.ret), params)
            case c.CKernel():
                return self.import_type(ctype.type_id)

    def _fields(self, fields: tuple[tuple[str, c.CType, int], ...]) -> list[Member]:
        return [Member(name, self.add(of), bit_offset, 0) for name, of, bit_offset in fields]

    def size(self, ctype: c.CType) -> int:
        """Bytes of a described type; BtfError for what has no size."""
        match ctype:
            case c.CInt():
                return ctype.bits // 8
            case c.CPtr():
                return 8
            case c.CArray():
                return ctype.n * self.size(ctype.of)
            case c.CStruct() | c.CUnion() | c.CEnum():
                return ctype.size
            case c.CTypedef() | c.CConst() | c.CVolatile() | c.CTag():
                return self.size(ctype.of)
            case c.CVoid():
                return 0  # of an external variable whose type nobody knows
            case c.CKernel():
                return self._kernel().size(ctype.type_id)
        raise BtfError(f"{type(ctype).__name__} has no size")

    # --- kernel types ---

    def _kernel(self) -> Btf:
        assert self.kernel is not None, "a kernel type without kernel BTF"
        return self.kernel

    def use(self, type_id: int, index: int) -> None:
        """Keep that member of a kernel struct or union, or that enumerator of an enum."""
        kernel = self._kernel()
        owner = kernel.strip(type_id)
        used = self._used.setdefault(owner, set())
        if index in used:
            return
        assert not self._fixed, "a member is used after indices have been given out"
        found = kernel.type(owner)
        parts = found.members if isinstance(found, (bt.Struct, bt.Union)) else ()
        parts_count = len(found.values) if isinstance(found, (bt.Enum, bt.Enum64)) else len(parts)
        if not 0 <= index < parts_count:
            raise BtfError(f"{kernel.spell(owner)} has no part {index}")
        used.add(index)

    def use_ref(self, ref: CoreRef) -> None:
        """Keep all that a relocation refers to."""
        if ref.made is not None:
            return
        if ref.kind in FIELD_KINDS:
            at = ref.type_id
            for index in parse_access(ref.access)[1:]:
                at = self._use_step(at, index)
        elif ref.kind in ENUM_KINDS:
            self.use(ref.type_id, parse_access(ref.access)[0])
        elif ref.kind == "type_matches":
            self._use_deep(ref.type_id, 0, set())

    def _use_step(self, type_id: int, index: int) -> int:
        kernel = self._kernel()
        found = kernel.type(kernel.strip(type_id))
        if isinstance(found, bt.Array):
            return found.type_id
        self.use(type_id, index)
        assert isinstance(found, (bt.Struct, bt.Union))
        return found.members[index].type_id

    def _use_deep(self, type_id: int, depth: int, seen: set[int]) -> None:
        """All members, and those of what is embedded; what is pointed to matters by its name alone."""
        kernel = self._kernel()
        if depth > MAX_DEPTH:
            raise BtfError(f"type {type_id} is nested too deep")
        type_id = kernel.strip(type_id)
        if type_id in seen:
            return
        seen.add(type_id)
        found = kernel.type(type_id)
        if isinstance(found, (bt.Struct, bt.Union)):
            for index, member in enumerate(found.members):
                self.use(type_id, index)
                self._use_deep(member.type_id, depth + 1, seen)
        elif isinstance(found, (bt.Enum, bt.Enum64)):
            for index in range(len(found.values)):
                self.use(type_id, index)
        elif isinstance(found, bt.Array):
            self._use_deep(found.type_id, depth + 1, seen)

    def import_type(self, type_id: int) -> int:
        """Copy a kernel type, pruned, for use by value: its size is kept even where nothing of it is used.

        Type tags are left out: CO-RE does not look at them and kernels before 5.17 do not know them.
        """
        return self._import_whole(type_id, 0)

    def _import_whole(self, type_id: int, depth: int) -> int:
        kernel = self._kernel()
        at = kernel.strip(type_id)
        for _ in range(MAX_DEPTH):
            found = kernel.type(at)
            if not isinstance(found, bt.Array):
                break
            at = kernel.strip(found.type_id)
        self._whole.add(at)
        return self._import(type_id, depth)

    def _import(self, type_id: int, depth: int) -> int:
        known = self._imported.get(type_id)
        if known is None:
            if depth > MAX_DEPTH:
                raise BtfError(f"type {type_id} is nested too deep")
            known = self._imported[type_id] = self._copy(type_id, depth + 1)
        return known

    def _copy(self, type_id: int, depth: int) -> int:
        found = self._kernel().type(type_id)
        match found:
            case bt.Int():
                return self.integer(found.name, found.size, found.bits, found.encoding, found.offset)
            case bt.Float():
                return self.floating(found.name, found.size)
            case bt.Ptr():
                return self.ptr(self._import(found.type_id, depth))
            case bt.Array():
                of = self._import_whole(found.type_id, depth)
                return self.array(of, found.nelems, self._import(found.index_type_id, depth))
            case bt.Struct() | bt.Union() | bt.Enum() | bt.Enum64():
                self._deferred[type_id] = self._append(_DEFERRED)
                return self._deferred[type_id]
            case bt.Fwd():
                return self.fwd(found.name, found.is_union)
            case bt.Typedef():
                return self.typedef(found.name, self._import(found.type_id, depth))
            case bt.Const():
                return self.const(self._import(found.type_id, depth))
            case bt.Volatile():
                return self.volatile(self._import(found.type_id, depth))
            case bt.Restrict():
                return self.restrict(self._import(found.type_id, depth))
            case bt.TypeTag():
                return self._import(found.type_id, depth)
            case bt.FuncProto():
                params = [Param(param.name, self._import(param.type_id, depth)) for param in found.params]
                return self.func_proto(self._import(found.ret_type_id, depth), params)
        raise BtfError(f"type {type_id} ({self._kernel().kind(type_id)}) cannot be copied")

    def remap(self, ref: CoreRef) -> tuple[int, str]:
        """(id here, access string here) of a relocation; from then on nothing more can be used."""
        self._fixed = True
        if ref.made is not None:
            return self.add(ref.made), ref.access
        root = root_type(self._kernel(), ref.type_id)
        local = self.import_type(root)
        if ref.kind in FIELD_KINDS:
            return local, self._remap_field(root, parse_access(ref.access))
        if ref.kind in ENUM_KINDS:
            return local, str(self._place(root, parse_access(ref.access)[0]))
        return local, "0"

    def _remap_field(self, type_id: int, indices: tuple[int, ...]) -> str:
        kernel = self._kernel()
        mapped = [indices[0]]
        for index in indices[1:]:
            found = kernel.type(kernel.strip(type_id))
            if isinstance(found, (bt.Struct, bt.Union)):
                mapped.append(self._place(type_id, index))
                type_id = found.members[index].type_id
            elif isinstance(found, bt.Array):
                mapped.append(index)
                type_id = found.type_id
            else:
                raise BtfError(f"{kernel.spell(type_id)} has no members")
        return ":".join(map(str, mapped))

    def _place(self, type_id: int, index: int) -> int:
        used = self._used.get(self._kernel().strip(type_id), set())
        assert index in used, f"part {index} of type {type_id} was not registered as used"
        return sum(1 for each in used if each < index)

    # --- bytes ---

    def finish(self) -> bytes:
        """The section. Strings for `.BTF.ext` must have been added before."""
        self._fixed = True
        self._write_deferred()
        types = b"".join(self._types)
        header = struct.pack(HEADER, MAGIC, 1, 0, HEADER_SIZE, 0, len(types), len(types), len(self._blob))
        return header + types + bytes(self._blob)

    def _write_deferred(self) -> None:
        """First copy the types of all used members (which may defer more), then write what is known to be needed."""
        members: dict[int, list[Member]] = {}
        queue = list(self._deferred)
        while queue:
            for type_id in queue:
                members[type_id] = self._copy_members(type_id)
            queue = [type_id for type_id in self._deferred if type_id not in members]
        for type_id, local in self._deferred.items():
            self._types[local - 1] = self._deferred_body(type_id, members[type_id])

    def _copy_members(self, type_id: int) -> list[Member]:
        found = self._kernel().type(type_id)
        if not isinstance(found, (bt.Struct, bt.Union)):
            return []
        kept = [found.members[index] for index in sorted(self._used.get(type_id, ()))]
        return [member._replace(type_id=self.import_type(member.type_id)) for member in kept]

    def _deferred_body(self, type_id: int, members: list[Member]) -> bytes:
        found = self._kernel().type(type_id)
        if isinstance(found, (bt.Enum, bt.Enum64)):
            kind = bt.ENUM if isinstance(found, bt.Enum) else bt.ENUM64
            values = [found.values[index] for index in sorted(self._used.get(type_id, ()))]
            return self._enumeration(kind, found.name, found.size, found.signed, values)
        assert isinstance(found, (bt.Struct, bt.Union))
        if found.name and not members and type_id not in self._whole:
            return self._encode(bt.FWD, found.name, 0, flag=isinstance(found, bt.Union))
        return self._composite(bt.STRUCT if isinstance(found, bt.Struct) else bt.UNION, found.name, found.size, members)
