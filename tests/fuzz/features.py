"""What a program does with maps, structs, text, output, blocks and `$globals`, by the names that coverage counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.fuzz.blocks import block_names
from tests.fuzz.data import HISTOGRAMS, LISTS, PER_CPU, Map, held, used
from tests.fuzz.program import Node, Program, Types


def data_features(program: Program, types: Types) -> list[str]:
    statements = {id(kid) for node in program.nodes() if node.op == "block" for kid in node.kids}
    places = _places(program)
    out = list(_of_declarations(program))
    for root in program.roots:
        out += _of_blocks(program, root, [])
    for node in program.nodes():
        out += _of_kept(program, node)
        if node.op in ("mput", "qpush") and node.kids[-1].op == "var" and types.of(node.kids[-1]).startswith("O:"):
            out.append("stored")
        if "map" in _GROUPS.get(node.op, ""):
            out += _of_map(program.maps[node.data[0]], node, id(node) not in statements)
        elif "object" in _GROUPS.get(node.op, ""):
            out += _of_object(program, node, places)
        else:
            out += _of_others(program, node, types, places)
    return out


_GROUPS = {
    **dict.fromkeys(("mget", "mput", "mfetch", "mkey", "mdel", "mor", "mop", "mif", "meach", "qpush", "qtake"), "map"),
    **dict.fromkeys(("get", "getat", "put", "putat", "ocall", "afold"), "object"),
}


def _places(program: Program) -> dict[str, str]:
    """Object variable → where the object lies."""
    out: dict[str, str] = {}
    for node in program.nodes():
        if node.op == "set" and node.kids[0].op in ("new", "mget", "qtake"):
            made = node.kids[0]
            out[node.data] = _of_row(program.maps[made.data[0]]) if made.op == "mget" else "frame"
        elif node.op == "set" and node.kids[0].op in ("gobj", "gat"):
            out[node.data] = "global"
        elif node.op == "gif":
            out[node.data[1]] = "global"
        elif node.op == "mifor":
            out[node.data[1]] = _of_row(program.maps[node.data[0]])
        elif node.op in ("mif", "meach"):
            out[node.data[1 if node.op == "mif" else 2]] = _of_row(program.maps[node.data[0]])
        elif node.op == "reserve":
            out[node.data[1]] = "record"
    return out


def _of_row(row: Map) -> str:
    return "percpu" if row.word in PER_CPU else "map"


def _of_declarations(program: Program) -> Iterator[str]:
    structs, maps = used(program)
    for name in maps:
        row = program.maps[name]
        if row.word in HISTOGRAMS:
            continue
        yield from (f"key {_part(part)}" for part in row.key)
        if len(row.key) > 1:
            yield "key of parts"
        if row.word not in (*LISTS, "ringbuf", "bloom_filter"):
            yield f"value {_part(row.value)}"
        if row.word in LISTS:
            yield f"{'of structs' if held(row.value).startswith('O:') else 'of numbers'} {row.word}"
        yield from ["types left out"] * row.inferred + ["default:"] * (row.default is not None) + ["full"] * (0 < row.size < 5)
    for name in structs:
        for _, storage in program.structs[name].fields:
            if isinstance(storage, tuple) and held(storage) == "A":
                yield from ["array of structs"] * held(storage[0]).startswith("O:")
            else:
                yield f"field {_part(storage)}"


def _part(storage: object) -> str:
    if isinstance(storage, tuple):
        return "text"
    return "struct" if str(storage)[0].isupper() else str(storage)


def _of_map(row: Map, node: Node, is_value: bool) -> list[str]:
    op, word = node.op, row.word
    match op:
        case "qpush" | "qtake":
            return [f"{node.data[1]} {word}"]
        case "mif":
            return [f"mif {word}", f"mif {node.data[2]}"]
        case "mget" if row.is_array and not node.data[1]:
            return [f"mget maybe {word}"]
        case "mop":
            kind = "mop percpu" if word in PER_CPU else "mop"
            return [f"mop {word}", f"{kind} {node.data[1]}=", f"mop {node.data[1]}=", *[f"mop used {word}"] * is_value]
        case "mdel" | "mor" if is_value:
            return [f"{op} {word}", f"{op} used {word}"]
    return [f"{op} {word}"]


def _of_object(program: Program, node: Node, places: dict[str, str]) -> list[str]:
    base = node.kids[0]
    while base.op in ("get", "getat"):
        base = base.kids[0]
    place = places.get(base.data, "") if base.op in ("var", "nvar") else ""
    if base.op in ("gobj", "gat"):
        place = "global"
    if base.op == "mget":
        place = _of_row(program.maps[base.data[0]])
    match node.op:
        case "put":
            storage, op = dict(program.structs[node.data[0]].fields)[node.data[1]], node.data[2]
            nested = [f"put nested {place}"] * (node.kids[0].op in ("get", "getat"))
            kind = {"T": ["put text"], "B": ["put bool"]}.get(held(storage), ["put struct"] if held(storage)[0] == "O" else [])
            return [f"put op {place}" if op else f"put {place}", *[f"put {op}="] * bool(op), *nested, *kind]
        case "putat":
            loose = ["putat maybe"] if node.kids[1].op not in ("int", "binary") else []
            return [f"putat op {place}" if node.data[2] else f"putat {place}", *loose]
        case "ocall":
            return [f"ocall {place}", *["ocall changing"] * _changes(program, node.data["name"])]
        case "afold":
            return [f"afold {node.data[2]}"]
    return [f"{node.op} {place}"]


def _changes(program: Program, name: str) -> bool:
    return any(inner.op == "put" for method in program.methods if method.data["name"] == name for inner in method.walk())


def _of_others(program: Program, node: Node, types: Types, places: dict[str, str]) -> list[str]:
    match node.op:
        case "tcmp" | "tcall":
            return [f"{node.op} {node.data}"]
        case "case" | "casex" if node.data and isinstance(node.data[0][0], tuple) and node.data[0][0][0] == "text":
            return [f"{node.op} text"]
        case "set" | "gset" | "cond" | "mcall" if types.of(node.kids[0] if node.op in ("set", "gset") else node) == "T":
            return [f"{node.op} text"]
        case "out":
            return [f"out {node.data[0]}", *(f"printf %{spec[-1]}" for spec in re.findall(r"%[^%a-zA-Z]*[a-zA-Z]", node.data[1]))]
        case "new":
            return ["nested new"] * any(kid.op == "new" for kid in node.kids)
        case "rpush":
            return ["rpush new" if node.kids[0].op == "new" else "rpush kept"]
        case "reserve":
            inner = [n for n in node.walk() if n.op == "next"]
            return ["next in reserve"] * bool(inner)
    if node.op == "mcall" and any(types.of(kid).startswith("O:") for kid in node.kids):
        return ["mcall object"]
    return []


# ---------------------------------------------------------------- blocks, and loops with a value or without a bound


def _of_blocks(program: Program, node: Node, around: list[Node]) -> list[str]:
    """`around`: the nodes that this one stands in."""
    blocks = [one for one in around if one.op == "ycall"]
    out = []
    match node.op:
        case "ycall":
            out = _of_call(program, node, bool(blocks))
        case "yield":
            out = [f"yield {node.data[0]}", *["yield in a loop"] * any(one.op == "loop" for one in around)]
        case "next" | "break" if node.kids:
            nearest = next((one.op for one in reversed(around) if one.op in ("ycall", "loop", "while", "whilex", "over")), "")
            out = [f"{node.op} with a value from {nearest}"]
        case "return" if blocks:
            out = ["return in a block"]
        case "return" if any(one.op in ("loop", "while", "whilex") for one in around) and around[0].op == "def":
            out = ["return in a method's loop"]
        case "set" | "opset" if blocks and _is_captured(node, blocks[-1]):
            out = [f"captured {node.op}"]
        case "lvalue":
            out = [f"value of {node.kids[0].op}"]
        case "whilex":
            out = [f"endless {' '.join(node.data)}"]
        case "loop" if any(end.op in ("field", "var") for end in node.kids[: node.data["ends"]]):
            out = [f"endless {node.data['style']}"]
        case "over":
            out = [f"over {word}" for word, _ in node.data.get("chain", ())]
    for kid in node.kids:
        out += _of_blocks(program, kid, [*around, node])
    return out


def _of_call(program: Program, node: Node, inside: bool) -> list[str]:
    data = node.data
    style = data["style"] if data["style"][0] != "&" else "&:" if data["style"][1] == ":" else "&block"
    method = next(m for m in program.methods if m.data["name"] == data["name"])
    out = [f"block {style}", *["block in a block"] * inside]
    if style[0] != "&":
        plain = [param for param in data["params"] if not isinstance(param, tuple)]
        out += ["block parameter dropped"] * (len(plain) < len(method.data["yields"]))
        out += ["block parameter optional"] * (len(plain) < len(data["params"])) + ["block's own local"] * bool(data["shadow"])
        out += ["block with an object"] * any(type_.startswith("O:") for type_ in method.data["yields"])
    return out


def _is_captured(node: Node, block: Node) -> bool:
    """Whether what is assigned is of outside the block: names are numbered as they are made."""
    name = node.data if node.op == "set" else node.data[0]
    return _number(name) < min(map(_number, block_names(block.data["params"])), default=0)


def _number(name: str) -> int:
    return int(re.sub(r"\D", "", name))


# ---------------------------------------------------------------- objects in globals, histograms


def _of_kept(program: Program, node: Node) -> list[str]:
    match node.op:
        case "gat":
            of = "object" if program.kept[node.data[0]].of else "number"
            return [f"gat {of}" if node.data[1] else f"gat maybe {of}"]
        case "gput":
            inside = node.kids[0].op in ("int", "binary")
            of = "object" if program.kept[node.data[0]].of else f"number {node.data[1]}=" if node.data[1] else "number"
            return [f"gput {of}" if inside else f"gput maybe {of}"]
        case "gwhole":
            return ["gwhole"]
        case "gfold":
            return [f"gfold {node.data[1]}"]
        case "set" if node.kids[0].op in ("gobj", "gat") and node.data[0] == "o":
            return ["object of a global by a name"]
        case "loop" | "over" if str(node.data["array"] or "")[:1] == "$":
            return [f"{node.op} of a global"]
        case "hput":
            kind = {"histogram(:log2)": "log2", "stats": "stats"}.get(program.maps[node.data[0]].word, "linear")
            return [f"hput {kind}", *[f"hput {kind} of a key"] * (len(node.kids) > 1)]
    return []
