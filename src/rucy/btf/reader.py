"""Reading BTF: types by id, by name and by enumerator, each parsed when it is asked for.

In: raw BTF or an ELF file with a `.BTF` section; for a module's BTF also the base that it splits off from.
Out: `Btf`. Whatever the bytes are, the only error is `BtfError`, and every question ends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rucy import kept
from rucy.btf import index as indexing
from rucy.btf import types as bt
from rucy.btf.types import HEADER, HEADER_SIZE, KIND_NAMES, MAGIC, MAX_DEPTH, BtfError

if TYPE_CHECKING:
    from mmap import mmap

    from rucy.btf.index import Index

DEFAULT_PATH = "/sys/kernel/btf/vmlinux"
DEFAULT_KINDS = ("struct", "union", "enum", "enum64", "typedef", "int", "float", "fwd")

_VOID = bt.Void()
_WORDS3 = struct.Struct("<III")
_PAIR = struct.Struct("<II")
_MODIFIERS = (bt.TYPEDEF, bt.CONST, bt.VOLATILE, bt.RESTRICT, bt.TYPE_TAG)


def open_btf(path: str | None = None, *, base: Btf | None = None, cache_dir: str | None = None, cache: bool = True) -> Btf:
    """The BTF of a file (raw, or in an ELF file's `.BTF`); the running kernel's by default.

    `base` is what a module's BTF splits off from. The index of types is kept in `cache_dir` (default: the user's
    cache directory) unless `cache` is False. BtfError says what is wrong with a file that cannot be read or is no BTF.
    """
    path = path or DEFAULT_PATH
    try:
        data = _read(path)
    except OSError as error:
        raise BtfError(f"cannot read BTF from {path}: {error.strerror or error}") from None
    try:
        return _open_indexed(_unwrap_elf(data), base, cache_dir, cache)
    except BtfError as error:
        raise BtfError(f"{path}: {error}") from None


def _open_indexed(data: bytes | mmap, base: Btf | None, cache_dir: str | None, cache: bool) -> Btf:
    cache_dir = cache_dir or kept.default_dir()
    if base is not None or not cache or cache_dir is None or len(data) < HEADER_SIZE:
        return Btf(data, base)
    key = kept.content_key(data)
    path = indexing.cache_path(cache_dir, key)
    index = indexing.load(path, key, len(data))
    btf = Btf(data, base, index)
    if index is None:
        indexing.save(path, key, len(data), btf.index)
    return btf


def _read(path: str) -> bytes | mmap:
    """A kernel's file is mapped (it cannot shrink; Linux maps it from 6.16 on), any other one is read."""
    with open(path, "rb", buffering=0) as file:
        if path.startswith("/sys/kernel/btf/"):
            import mmap
            import os

            try:
                size = os.fstat(file.fileno()).st_size
                return mmap.mmap(file.fileno(), size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
            except (OSError, ValueError):
                pass
        return file.read()


def _unwrap_elf(data: bytes | mmap) -> bytes | mmap:
    """The `.BTF` section of an ELF64 file; anything else unchanged."""
    if data[:4] != b"\x7fELF":
        return data
    if data[4:6] != b"\x02\x01":
        raise BtfError("the ELF file is not 64-bit little-endian")
    try:
        (table,) = struct.unpack_from("<Q", data, 0x28)  # e_shoff
        entry, count, names_at = struct.unpack_from("<HHH", data, 0x3A)  # e_shentsize, e_shnum, e_shstrndx
        headers = [struct.unpack_from("<IIQQQQ", data, table + entry * i) for i in range(count)]
        names = headers[names_at][4]
        for name, _, flags, _, offset, size in headers:
            if data[names + name : names + name + 5] == b".BTF\0":
                if flags & 0x800:  # SHF_COMPRESSED
                    raise BtfError("the ELF file's .BTF section is compressed")
                return data[offset : offset + size]
    except (struct.error, IndexError, OverflowError):
        raise BtfError("the ELF file's section headers do not fit into the file") from None
    raise BtfError("the ELF file has no .BTF section")


class Btf:
    """Types of one BTF, with ids from `first_id` to `end_id` - 1, and those of its base below."""

    __slots__ = ("data", "base", "first_id", "end_id", "index", "_types", "_types_end", "_strings", "_strings_end",
                 "_first_string", "_parsed", "_sizes", "_aligns")  # fmt: skip

    def __init__(self, data: bytes | mmap, base: Btf | None = None, index: Index | None = None) -> None:
        """`index` is one that was made for exactly this data; without it the data is scanned."""
        self.data = data
        self.base = base
        self.first_id = base.end_id if base else 1
        self._parsed: dict[int, bt.AnyType] = {0: _VOID}
        self._sizes: dict[int, int] = {}
        self._aligns: dict[int, int] = {}
        self._read_header()
        self._first_string = base.string_space if base else 0
        if index is None:
            types = memoryview(data)[self._types : self._types_end]
            index = indexing.scan(types, self.first_id, self.string)
        self.index = index
        self.end_id: int = self.first_id + len(index.offsets)

    def _read_header(self) -> None:
        if len(self.data) < HEADER_SIZE:
            raise BtfError(f"{len(self.data)} bytes are too few for BTF")
        magic, version, _, hdr_len, type_off, type_len, str_off, str_len = struct.unpack_from(HEADER, self.data)
        if magic == 0x9FEB:
            raise BtfError("big-endian BTF is not supported")
        if magic != MAGIC:
            raise BtfError("this is not BTF (its magic number is wrong)")
        if version != 1:
            raise BtfError(f"BTF version {version} is not known")
        size = len(self.data)
        if hdr_len < HEADER_SIZE or hdr_len + type_off + type_len > size or hdr_len + str_off + str_len > size:
            raise BtfError("the type or string section does not fit into the file (truncated?)")
        self._types: int = hdr_len + type_off
        self._types_end: int = self._types + type_len
        self._strings: int = hdr_len + str_off
        self._strings_end: int = self._strings + str_len
        if not str_len or self.data[self._strings_end - 1]:
            raise BtfError("the string section does not end with a zero byte")
        if self.base is None and self.data[self._strings]:
            raise BtfError("the string section does not begin with the empty string")

    @property
    def string_space(self) -> int:
        """The first string offset that belongs to a BTF split off from this one."""
        return self._first_string + self._strings_end - self._strings

    def string(self, offset: int) -> bytes:
        """The string at an offset of the string section, without its zero byte."""
        if offset < self._first_string and self.base is not None:
            return self.base.string(offset)
        at = self._strings + offset - self._first_string
        if at >= self._strings_end:
            raise BtfError(f"string offset {offset} lies outside the string section")
        end = self.data.find(b"\0", at, self._strings_end)
        return self.data[at:end]

    def _name(self, offset: int) -> str:
        return self.string(offset).decode("utf-8", "replace") if offset else ""

    # --- types by id ---

    def type(self, type_id: int) -> bt.AnyType:
        """The type; BtfError if there is no such id."""
        known = self._parsed.get(type_id)
        if known is None:
            if type_id < self.first_id and self.base is not None:
                return self.base.type(type_id)
            known = self._parsed[type_id] = self._parse(*self._header(type_id))
        return known

    def _header(self, type_id: int) -> tuple[int, int, int, int]:
        """name offset, info, size or type, place of what follows."""
        if not self.first_id <= type_id < self.end_id:
            raise BtfError(f"there is no type {type_id}")
        at = self._types + self.index.offsets[type_id - self.first_id]
        if at + 12 > self._types_end:
            raise BtfError(f"type {type_id} lies outside the type section")
        return *_WORDS3.unpack_from(self.data, at), at + 12

    def kind(self, type_id: int) -> str:
        """The kind's name, without parsing the type: "struct", "func", …"""
        return KIND_NAMES[self._kind(type_id)]

    def _kind(self, type_id: int) -> int:
        if type_id == 0:
            return 0
        if type_id < self.first_id and self.base is not None:
            return self.base._kind(type_id)
        kind = self._header(type_id)[1] >> 24 & 31
        if kind > bt.ENUM64:
            raise BtfError(f"type {type_id} is of unknown kind {kind}")
        return kind

    def _records(self, at: int, vlen: int, words: int) -> Iterator[tuple[int, ...]]:
        end = at + vlen * words * 4
        if end > self._types_end:
            raise BtfError("a type does not fit into the type section")
        return struct.iter_unpack("<" + "I" * words, self.data[at:end])

    def _word(self, at: int) -> int:
        if at + 4 > self._types_end:
            raise BtfError("a type does not fit into the type section")
        return int.from_bytes(self.data[at : at + 4], "little")

    def _parse(self, name_off: int, info: int, extra: int, at: int) -> bt.AnyType:
        name = self._name(name_off)
        vlen, flag = info & 0xFFFF, bool(info >> 31)
        match info >> 24 & 31:
            case bt.INT:
                word = self._word(at)
                return bt.Int(name, extra, word & 0xFF, word >> 16 & 0xFF, word >> 24 & 0xF)
            case bt.PTR:
                return bt.Ptr(extra)
            case bt.ARRAY:
                ((of, index, nelems),) = self._records(at, 1, 3)
                return bt.Array(of, index, nelems)
            case bt.STRUCT:
                return bt.Struct(name, extra, self._members(at, vlen, flag))
            case bt.UNION:
                return bt.Union(name, extra, self._members(at, vlen, flag))
            case bt.ENUM:
                wrap = 1 << 32 if flag else 0
                pairs = self._records(at, vlen, 2)
                values = [bt.Enumerator(self._name(off), v - wrap if v >> 31 else v) for off, v in pairs]
                return bt.Enum(name, extra, flag, tuple(values))
            case bt.FWD:
                return bt.Fwd(name, flag)
            case bt.TYPEDEF:
                return bt.Typedef(name, extra)
            case bt.VOLATILE:
                return bt.Volatile(extra)
            case bt.CONST:
                return bt.Const(extra)
            case bt.RESTRICT:
                return bt.Restrict(extra)
            case bt.FUNC:
                return bt.Func(name, extra, vlen)
            case bt.FUNC_PROTO:
                return bt.FuncProto(extra, tuple([bt.Param(self._name(off), t) for off, t in self._records(at, vlen, 2)]))
            case bt.VAR:
                return bt.Var(name, extra, self._word(at))
            case bt.DATASEC:
                return bt.Datasec(name, extra, tuple([bt.SecVar(t, o, s) for t, o, s in self._records(at, vlen, 3)]))
            case bt.FLOAT:
                return bt.Float(name, extra)
            case bt.DECL_TAG:
                component = self._word(at)
                return bt.DeclTag(name, extra, -1 if component == 0xFFFFFFFF else component)
            case bt.TYPE_TAG:
                return bt.TypeTag(name, extra)
            case bt.ENUM64:
                wrap = 1 << 64 if flag else 0
                raw = [(off, low | high << 32) for off, low, high in self._records(at, vlen, 3)]
                return bt.Enum64(
                    name, extra, flag, tuple([bt.Enumerator(self._name(o), v - wrap if v >> 63 else v) for o, v in raw])
                )
        raise BtfError(f"a type is of unknown kind {info >> 24 & 31}")

    def _members(self, at: int, vlen: int, flag: bool) -> tuple[bt.Member, ...]:
        name, records = self._name, self._records(at, vlen, 3)
        if flag:
            return tuple([bt.Member(name(off), t, where & 0xFFFFFF, where >> 24) for off, t, where in records])
        return tuple([bt.Member(name(off), t, where, 0) for off, t, where in records])

    # --- types by name ---

    def find_all(self, name: str, kinds: Sequence[str] = DEFAULT_KINDS) -> Iterator[int]:
        """Ids of the types of that name and of one of those kinds, ascending; the base's first."""
        if self.base is not None:
            yield from self.base.find_all(name, kinds)
        wanted = name.encode("utf-8", "replace")
        for type_id in self.index.candidates(wanted):
            offset, info, _, _ = self._header(type_id)
            if KIND_NAMES[min(info >> 24 & 31, bt.ENUM64)] in kinds and self.string(offset) == wanted:
                yield type_id

    def find(self, name: str, kinds: Sequence[str] = DEFAULT_KINDS) -> int | None:
        """Id of the type of that name; of several, the kind that `kinds` names first, then the lowest id."""
        found = list(self.find_all(name, kinds)) if name else []
        return min(found, key=lambda type_id: (kinds.index(self.kind(type_id)), type_id), default=None)

    def find_func(self, name: str) -> int | None:
        """Id of the FUNC of that name."""
        return self.find(name, ("func",))

    def names_like(self, pattern: str) -> set[str]:
        """Names of types, members and all else that a pattern with `*` and `?` matches whole."""
        import re

        parts = {"*": "[^\\0]*", "?": "[^\\0]"}
        text = "".join(parts.get(c, re.escape(c)) for c in pattern)
        found = re.compile(f"\0({text})(?=\0)".encode()).findall(self.data, self._strings, self._strings_end)
        names = {name.decode("utf-8", "replace") for name in found}
        return names | self.base.names_like(pattern) if self.base is not None else names

    def enum_value(self, name: str) -> tuple[int, int, int] | None:
        """(id of the enum, index of the enumerator in it, value) of an enumerator, the lowest id first.

        A named enum is preferred: only such a one can be relocated.
        """
        found = self.base.enum_value(name) if self.base is not None else None
        if found is not None and self.name(found[0]):
            return found
        for type_id in self.index.candidates(name.encode("utf-8", "replace"), enumerators=True):
            enum = self.type(type_id)
            if not isinstance(enum, (bt.Enum, bt.Enum64)):
                continue
            at = next((i for i, each in enumerate(enum.values) if each.name == name), None)
            if at is None:
                continue
            if enum.name:
                return type_id, at, enum.values[at].value
            found = found or (type_id, at, enum.values[at].value)
        return found

    # --- questions about a type ---

    def name(self, type_id: int) -> str:
        """The type's own name; "" for void and for kinds and types without one."""
        return getattr(self.type(type_id), "name", "")

    def strip(self, type_id: int) -> int:
        """The id behind typedefs, const, volatile, restrict and type tags."""
        for _ in range(MAX_DEPTH):
            if self._kind(type_id) not in _MODIFIERS:
                return type_id
            type_id = self._target(type_id)
        raise BtfError(f"type {type_id} is nested too deep")

    def _target(self, type_id: int) -> int:
        if type_id < self.first_id and self.base is not None:
            return self.base._target(type_id)
        return self._header(type_id)[2]

    def type_tags(self, type_id: int) -> tuple[str, ...]:
        """Type tags ("rcu", "user", "percpu", …) of a pointer's target, or of the type itself if it is no pointer.

        They are the TYPE_TAGs between the pointer and the first type that is neither tag nor qualifier.
        """
        type_id = self.strip(type_id) if self.kind(self.strip(type_id)) == "ptr" else type_id
        if self._kind(type_id) == bt.PTR:
            type_id = self._target(type_id)
        tags = []
        for _ in range(MAX_DEPTH):
            kind = self._kind(type_id)
            if kind == bt.TYPE_TAG:
                tags.append(self.name(type_id))
            elif kind not in (bt.CONST, bt.VOLATILE, bt.RESTRICT):
                break
            type_id = self._target(type_id)
        return tuple(tags)

    def decl_tags(self, type_id: int) -> tuple[tuple[int, str], ...]:
        """(component, tag) of the DECL_TAGs on a declaration: parameter or member index, -1 for all of it."""
        found: list[tuple[int, str]] = []
        if self.base is not None:
            found += self.base.decl_tags(type_id)
        for tag_id in self.index.tags:
            if self._header(tag_id)[2] == type_id:
                tag = self.type(tag_id)
                if isinstance(tag, bt.DeclTag):
                    found.append((tag.component, tag.name))
        return tuple(found)

    def size(self, type_id: int) -> int:
        """Bytes; BtfError for what has no size (void, functions, forward declarations)."""
        known = self._sizes.get(type_id)
        if known is not None:
            return known
        factor, at = 1, type_id
        for _ in range(MAX_DEPTH):
            at = self.strip(at)
            found = self.type(at)
            match found:
                case bt.Array():
                    factor *= found.nelems
                    at = found.type_id
                case bt.Int() | bt.Struct() | bt.Union() | bt.Enum() | bt.Enum64() | bt.Float() | bt.Datasec():
                    return self._sizes.setdefault(type_id, factor * found.size)
                case bt.Ptr():
                    return self._sizes.setdefault(type_id, factor * 8)
                case bt.Var():
                    at = found.type_id
                case _:
                    raise BtfError(f"{self.kind(at)} {self.name(at)!r} has no size")
        raise BtfError(f"type {type_id} is nested too deep")

    def align(self, type_id: int, depth: int = 0) -> int:
        """Bytes by which the type is aligned; 1 for a packed struct; BtfError for what has no size."""
        known = self._aligns.get(type_id)
        if known is not None:
            return known
        if depth > MAX_DEPTH:
            raise BtfError(f"type {type_id} is nested too deep")
        found = self.type(self.strip(type_id))
        match found:
            case bt.Array() | bt.Var():
                align = self.align(found.type_id, depth + 1)
            case bt.Ptr():
                align = 8
            case bt.Struct() | bt.Union():
                align = self._align_members(found, depth)
            case _:
                align = min(self.size(type_id), 8) or 1
        return self._aligns.setdefault(type_id, align)

    def _align_members(self, found: bt.Struct | bt.Union, depth: int) -> int:
        align = 1
        for member in found.members:
            its = self.align(member.type_id, depth + 1)
            if not member.bitfield_size and member.bit_offset % (its * 8):
                return 1
            align = max(align, its)
        return 1 if found.size % align else align

    def spell(self, type_id: int) -> str:
        """The C spelling: "struct sock *", "const char *", "int (*)(struct sock *, int)", "char [16]"."""
        from rucy.btf.spell import spell

        return spell(self, type_id)


def pointee(btf: Btf, type_id: int) -> int | None:
    """The id that a pointer (behind typedefs and qualifiers) points to; None if it is no pointer."""
    found = btf.type(btf.strip(type_id))
    return found.type_id if isinstance(found, bt.Ptr) else None
