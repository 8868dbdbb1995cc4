"""The typed tree as text: programs, methods and globals with every node's type."""

from __future__ import annotations

from collections.abc import Callable

from rucy.lang import typed
from rucy.lang.storage import (
    ArrayStorage,
    BoolStorage,
    BytesStorage,
    Field,
    IntStorage,
    ObjectStorage,
    Storage,
    StructStorage,
    TextStorage,
)  # fmt: skip
from rucy.lang.types import (
    AggregateType,
    ArrayType,
    BadType,
    BoolType,
    BytesType,
    CtxType,
    DynptrType,
    ElementsType,
    HeaderType,
    IntType,
    MapType,
    NeverType,
    NilType,
    OptType,
    PtrType,
    RangeType,
    StrType,
    StructType,
    SymType,
    Type,
    WordsType,
)  # fmt: skip


def format_checked(checked: typed.Checked) -> str:
    """One line a node, indented; ends with a newline."""
    out: list[str] = [f"license {checked.license!r}, Linux {checked.kernel}"]
    for release, what, span in checked.needs:
        out.append(f"needs {release}: {what} (line {span.line})")
    for variable in checked.globals.values():
        out.append(f"${variable.name}: {format_type(variable.type)} = {variable.initial!r}")
    for setting in checked.settings.values():
        shown = f" = {setting.default!r}" if setting.default is not None else "" if setting.given else " = 0"
        option = f" (--{setting.option})" if setting.option else f" ({setting.kind})"
        out.append(f"{setting.name}: {format_storage(setting.storage)}{'?' if setting.given else ''}{shown}{option}")
    for held in checked.maps.values():
        out.append(format_map(held))
    for program in checked.programs:
        out.append(f'\nprogram {program.name} "{program.section}" {program.prog_type}')
        for var, node in program.args:
            out.append(f"  {_var(var)} =")
            _node(node, 2, out)
        if program.body is not None:
            _node(program.body, 1, out)
    for method in checked.methods:
        params = ", ".join(_var(var) for var in method.params)
        result = format_type(method.result) if method.result is not None else "?"
        out.append(f"\nmethod {method.symbol}({params}): {result}")
        if method.body is not None:
            _node(method.body, 1, out)
    return "\n".join(out) + "\n"


def format_type(type_: Type, spell: Callable[[int], str] | None = None) -> str:
    """ "u64", "i64", "be16", "u64?", "str[16]", "*#123?" (a pointer to BTF type 123 that may be NULL; with `spell`, which
    knows the type's name, "struct sock *?")."""
    match type_:
        case IntType():
            return type_.shown or f"be{type_.net}" if type_.net else "i64" if type_.signed else "u64"
        case OptType():
            return f"{format_type(type_.of, spell)}?"
        case StrType():
            return f"str[{type_.size}]"
        case PtrType() if spell is not None:
            name = spell(type_.pointee) if type_.pointee else "void"
            star = "*" if name.endswith("*") else " *"
            return f"{name}{' __user' if type_.user else ''}{star}{'?' if type_.null else ''}"
        case AggregateType() if spell is not None:
            return spell(type_.btf)
        case PtrType():
            marks = ("" if type_.direct else " probe") + (" user" if type_.user else "")
            return f"*#{type_.pointee}{'?' if type_.null else ''}{marks}"
        case AggregateType():
            return f"#{type_.btf}"
        case CtxType():
            return f"ctx {type_.row}".rstrip()
        case ArrayType():
            return f"array[{len(type_.values)}]"
        case WordsType():
            return f"words[{len(type_.values)}]"
        case MapType(name, inner):
            return f"{name}[]" if inner else name
        case SymType() | HeaderType():
            return type_.name
        case DynptrType():
            return f"dynptr {type_.kind}"
        case StructType():
            return f"{type_.storage.name}@{type_.place}"
        case ElementsType():
            return f"elements[{type_.storage.length}]@{type_.place}"
        case BytesType():
            return type_.storage.display
        case BoolType() | NilType() | NeverType() | RangeType() | BadType():
            return type_.tag
    raise AssertionError(type_)


def format_map(held: typed.MapVar) -> str:
    """ "COUNTS: HASH u32 => i64, 10240, default 0"."""
    return f"{held.name}: {_map_row(held)}"


def _map_row(held: typed.MapVar) -> str:
    types = " => ".join(format_storage(part) for part in (held.key, held.value or held.record) if part is not None)
    marks = [" ".join([held.type, types]).rstrip(), held.sized_by or str(held.size)]
    marks += [f"default {held.default}"] if held.default is not None else []
    marks += [f"flags {held.flags}"] if held.flags else []
    marks += [f"pin {held.pin}"] if held.pin else []
    marks += [held.show] if held.show else []
    marks += [f"of ({_map_row(held.inner)})"] if held.inner is not None else []
    marks += [f"{slot} => {name}" for slot, name in held.values]
    return ", ".join(marks)


def format_storage(storage: Storage) -> str:
    """ "u32", "be16", "ip4", "char[16]", "Event", "u32[8]"; a map's own key with its parts."""
    match storage:
        case IntStorage(display=display) if display:
            return display
        case IntStorage(net=net) if net:
            return f"be{net}"
        case IntStorage(width, signed):
            return f"{'i' if signed else 'u'}{8 * width}"
        case BoolStorage():
            return "bool"
        case TextStorage(size):
            return f"char[{size}]"
        case BytesStorage(_, display):
            return display
        case ArrayStorage(of, length):
            return f"{format_storage(of)}[{length}]"
        case ObjectStorage(kind):
            return kind
        case StructStorage(name, fields):
            parts = ", ".join(format_storage(field.storage) for field in fields)
            return f"[{parts}]" if name.endswith("_key") else name


def _var(var: typed.Var) -> str:
    return f"{var.name}: {format_type(var.type)}"


def _node(node: typed.Node, depth: int, out: list[str]) -> None:
    words: list[str] = []
    inner: list[typed.Node] = []
    for name in node.__slots__:
        part = getattr(node, name)
        if isinstance(node, typed.Output) and name == "parts":
            text = b"".join(piece.spec.encode() if isinstance(piece, typed.Hole) else piece for piece in part)
            words.append(repr(text.decode("utf-8", "backslashreplace")))
        elif isinstance(part, typed.Node):
            inner.append(part)
        elif isinstance(part, tuple) and part and isinstance(part[0], typed.Node):
            inner += part
        elif isinstance(part, tuple) and part and isinstance(part[0], tuple) and isinstance(part[0][-1], typed.Node):
            words += [f"{field.name}:" for field, _ in part]
            inner += [value for _, value in part]
        elif isinstance(part, Field):
            words.append(f".{part.name}")
        elif isinstance(part, typed.Var):
            words.append(part.name)
        elif isinstance(part, typed.Method):
            words.append(part.symbol)
        elif isinstance(part, typed.Step):
            words.append(f"#{part.type_id} {part.access or '-'} {part.size}")
            if part.element is not None:
                inner.append(part.element)
        elif not isinstance(part, ArrayType | WordsType | tuple) and part not in (None, ""):
            words.append(repr(part) if isinstance(part, bytes) else str(part))
    line = " ".join([type(node).__name__, *words])
    out.append(f"{'  ' * depth}{line} : {format_type(node.type)}")
    for each in inner:
        _node(each, depth + 1, out)
