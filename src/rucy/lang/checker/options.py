"""Options: what `NAME = option :port, :u16, default: 80, short: "p", desc: "…"` says, and what reading one means.

In: `tree.OptionDecl`s. Out: a `State` for each, which lasts over the rounds, and `typed.SettingVar`s in the end. The value of
an option is in the object's read-only data: nothing here, and no pass, knows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker import addresses
from rucy.lang.checker.state import bad, may_be_nil, unwrapped
from rucy.lang.checker.storage import WORDS, holds
from rucy.lang.storage import BoolStorage, BytesStorage, IntStorage, Storage, TextStorage, size_of
from rucy.lang.types import NEVER, OptType, Type, value_type
from rucy.records import NamedTuple

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker

#: bytes of a String option, with its NUL
TEXT_SIZE = 64

_NUMBERS = ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64")
TYPES: dict[str, Storage] = {
    **{word: WORDS[word] for word in (*_NUMBERS, "bool", "ip4", "ip6", "mac")}, "string": TextStorage(TEXT_SIZE),
}  # fmt: skip
_KEYWORDS = ("default", "short", "desc")

Default = int | str | bool | None


class State:
    """One option while the program is checked. `initial`: its bytes; `given`: the symbol that says whether it was."""

    __slots__ = ("decl", "option", "word", "storage", "short", "desc", "default", "initial", "refused", "var")

    def __init__(self, decl: tree.OptionDecl | tree.ComputedDecl) -> None:
        self.decl = decl
        self.option = self.word = self.short = self.desc = ""
        self.storage: Storage = BoolStorage()
        self.default: Default = None
        self.initial = b""
        self.refused = False
        self.var = typed.Var(decl.name, NEVER, decl.span)

    @property
    def given(self) -> str:
        is_option = isinstance(self.decl, tree.OptionDecl)
        return f"__rucy_given_{self.decl.name}" if is_option and self.default is None else ""


def declare(ck: Checker) -> None:
    """Read all declarations; what is wrong with them is said anew in every round."""
    options: dict[str, State] = {}
    for name, const in ck.unit.consts.items():
        if isinstance(const.value, tree.ComputedDecl):
            _computed(ck, const.value)
        if not isinstance(const.value, tree.OptionDecl):
            continue
        made = State(const.value)
        before = len(ck.said)
        _read(ck, made)
        made.refused = len(ck.said) > before
        if not made.refused:
            _twice(ck, made, list(options.values()))
            options[name] = made
            held = value_type(made.storage)
            made.var.type = held if made.default is not None else OptType(held)
        ck.settings.setdefault(name, made)


class _Kind(NamedTuple):
    """What a computed constant is kept as; `word`: its type's name in the object, `option`: that of an option in its place."""

    storage: Storage
    word: str
    option: str
    unset: str


_KINDS = {
    "Count": _Kind(WORDS["u64"], "u64", "u32", "0"),
    "Integer": _Kind(WORDS["i64"], "i64", "u32", "0"),
    "Boolean": _Kind(BoolStorage(), "bool", "bool", "false"),
    "String": _Kind(TextStorage(TEXT_SIZE), "string", "string", '""'),
}


def _computed(ck: Checker, decl: tree.ComputedDecl) -> None:
    """What only the user half can compute: 0, false or "" in the object until that sets it."""
    made = State(decl)
    kind = _KINDS.get(decl.kind)
    if kind is None:
        ck.say("ComputedKind", decl.span, name=decl.name, text=decl.span.text)
        made.refused = True
    else:
        ck.say("ComputedUnset", decl.span, name=decl.name, value=kind.unset, option=decl.name.lower(), type=kind.option)
        made.storage, made.initial, made.word = kind.storage, bytes(size_of(kind.storage)), kind.word
        made.var.type = value_type(kind.storage)
    ck.settings.setdefault(decl.name, made)


def _twice(ck: Checker, made: State, others: list[State]) -> None:
    from rucy.source import Note

    for other in others:
        for name, same in ((f"--{_spelled(made.option)}", made.option == other.option),
                           (f"-{made.short}", made.short and made.short == other.short)):  # fmt: skip
            if same:
                ck.say("OptionTwice", made.decl.span, Note(other.decl.span, "the other one is here"), name=name)


def _read(ck: Checker, state: State) -> None:
    decl = state.decl
    assert isinstance(decl, tree.OptionDecl)
    if len(decl.args) != 2 or not isinstance(decl.args[0], tree.Sym | tree.Str):
        ck.say("OptionForm", decl.span, text=decl.span.text, constant=decl.name, name=_guess(decl))
        return
    first = decl.args[0]
    state.option = first.name if isinstance(first, tree.Sym) else first.value.decode("utf-8", "replace")
    plain = state.option.replace("_", "").replace("-", "")
    if not (plain.isascii() and plain.isalnum() and state.option[:1].isalpha()):
        ck.say("OptionName", first.span, text=first.span.text)
    elif state.option in ("help", "version"):
        ck.say("OptionReserved", first.span, name=state.option)
    _type(ck, state, decl.args[1])
    seen: set[str] = set()
    for word, node in decl.kwargs:
        if word in seen:
            ck.say("OptionKeywordTwice", node.span, word=word)
        elif word not in _KEYWORDS:
            from rucy.lang.checker.suggest import did_you_mean

            ck.say("OptionKeyword", node.span, name=word, suggestion=did_you_mean(word, _KEYWORDS))
        elif word == "default" and state.word:
            _default(ck, state, node)
        elif word != "default":
            _text(ck, state, word, node)
        seen.add(word)
    state.option = state.option.replace("-", "_")


def _guess(decl: tree.OptionDecl) -> str:
    """A name for an example: the one that stands there, else the constant's."""
    first = decl.args[0] if decl.args else None
    return first.name if isinstance(first, tree.Sym) else decl.name.lower()


def _type(ck: Checker, state: State, node: tree.Node) -> None:
    word = node.name if isinstance(node, tree.Sym) else ""
    if word not in TYPES:
        from rucy.lang.checker.suggest import did_you_mean

        suggestion = did_you_mean(word, TYPES) if word else ""
        ck.say("OptionType", node.span, text=node.span.text, suggestion=suggestion, known=", ".join(f":{t}" for t in TYPES))
        return
    state.word, state.storage = word, TYPES[word]
    state.initial = bytes(size_of(state.storage))


def _text(ck: Checker, state: State, word: str, node: tree.Node) -> None:
    """`short:` and `desc:`."""
    text = node.value.decode("utf-8", "replace") if isinstance(node, tree.Str) else ""
    if isinstance(node, tree.Sym) and word == "short":
        text = node.name
    if word == "short":
        text = text.removeprefix("-")
        if len(text) != 1 or not text.isascii() or not text.isalnum():
            ck.say("OptionShort", node.span, text=node.span.text)
        state.short = text
    elif not text or "\n" in text:
        ck.say("OptionDescription", node.span, text=node.span.text)
    else:
        state.desc = text


def _default(ck: Checker, state: State, node: tree.Node) -> None:
    """A literal or constant of the option's type; nil is none."""
    from rucy.lang.checker.declared import _resolved, number_of

    value, number = _resolved(ck, node), number_of(ck, node)
    made: tuple[Default, bytes] | None = None
    match state.storage:
        case IntStorage(net=0) if number is not None:
            low, high = (number, 0) if number < 0 else (0, number)
            if not holds(state.storage, low, high) or (number < 0 and not state.storage.signed):
                ck.say("OptionDefaultRange", node.span, default=number, type=state.word)
                return
            made = number, number.to_bytes(state.storage.width, "little", signed=state.storage.signed)
        case BoolStorage() if isinstance(value, tree.Bool):
            made = value.value, bytes([value.value])
        case TextStorage() if isinstance(value, tree.Str):
            if len(value.value) >= TEXT_SIZE or b"\0" in value.value:
                ck.say("OptionDefaultText", node.span, size=TEXT_SIZE - 1)
                return
            made = value.value.decode("utf-8", "surrogateescape"), value.value.ljust(TEXT_SIZE, b"\0")
        case IntStorage() | BytesStorage() if isinstance(value, tree.Str):
            text = value.value.decode("utf-8", "replace")
            address = addresses.parsed(state.word, text)
            made = (text, address) if address is not None else None
    if made is None and isinstance(value, tree.Nil):
        return
    if made is None:
        ck.say("OptionDefault", node.span, text=node.span.text, type=state.word, example=_EXAMPLES.get(state.word, "80"))
        return
    state.default, state.initial = made


_EXAMPLES = {"bool": "true", "string": '"text"', **{word: f'"{text}"' for word, text in addresses.EXAMPLES.items()}}


def _spelled(option: str) -> str:
    return option.replace("_", "-")


# ---------------------------------------------------------------- reading


def read(ck: Checker, node: tree.Const, decl: tree.OptionDecl | tree.ComputedDecl) -> typed.Node:
    """The option's value: nil unless it was given where it has no default; a test of it lasts, for it never changes."""
    state: State = ck.settings[decl.name]
    if state.refused:
        return bad(node.span)
    type_: Type = state.var.type
    made = typed.Setting(node.span, type_, state.var, state.storage, state.given)
    return unwrapped(made) if may_be_nil(type_) and state.var in ck.flow.narrowed else made


def finished(ck: Checker) -> dict[str, typed.SettingVar]:
    """The options of a program without errors."""
    return {
        name: typed.SettingVar(
            name, "option" if state.option else "computed", state.storage, state.initial, state.given, state.decl.span,
            state.option, state.word, state.short, state.desc, state.default,
            state.decl.most if isinstance(state.decl, tree.OptionDecl) else 0,
        )
        for name, state in ck.settings.items()
    }  # fmt: skip


__all__ = ["TEXT_SIZE", "TYPES", "State", "declare", "finished", "read"]
