"""Ruby's `format` for the values that the kernel half sends: Integers, true, false, nil and strings.

A conversion comes in as it was written ("%-5d"), the text comes out. What Ruby itself would refuse for a value (a number
beyond the last character for %c) gives U+FFFD: the program has gone on long ago.
"""

from __future__ import annotations

from rucy.records import NamedTuple

_FLAGS = " +-0#"
_BASES = {"x": 16, "X": 16, "o": 8, "b": 2, "B": 2}
_PREFIXES = {"x": "0x", "X": "0X", "o": "0", "b": "0b", "B": "0B"}


class Spec(NamedTuple):
    """`flags`: of " +-0#"; `precision`: None without."""

    flags: str
    width: int
    precision: int | None
    letter: str


def parse(text: str) -> Spec:
    """Of a conversion that the compiler has checked: "%", flags, width, precision, letter."""
    body = text[1:-1]
    rest = body.lstrip(_FLAGS)
    flags = body[: len(body) - len(rest)]
    width, point, precision = rest.partition(".")
    return Spec(flags, int(width or 0), int(precision or 0) if point else None, text[-1])


def convert(spec: Spec, value: object) -> str:
    letter = spec.letter
    if letter == "c":
        return _pad(spec, _character(value))
    if letter in "sp":
        shown = inspect(value) if letter == "p" else to_s(value)
        return _pad(spec, shown if spec.precision is None else shown[: spec.precision])
    number = int(value) if isinstance(value, int) else 0
    if letter == "f":
        return _fixed(spec, number)
    if letter in _BASES:
        return _based(spec, number)
    return _number(spec, _sign(spec, number), str(abs(number)))


def to_s(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def inspect(value: object) -> str:
    """As `p` shows it."""
    if value is None:
        return "nil"
    return quoted(value) if isinstance(value, str) else to_s(value)


_ESCAPES = {
    "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v",
    '"': '\\"', "\\": "\\\\",
}  # fmt: skip


def quoted(text: str) -> str:
    """String#inspect: in quotes; what does not print, escaped; bytes that are no UTF-8 as \\xFF."""
    out = []
    for at, char in enumerate(text):
        code = ord(char)
        if char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif char == "#" and text[at + 1 : at + 2] in ("{", "$", "@"):
            out.append("\\#")
        elif 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02X}")
        elif code < 0x20 or code == 0x7F:
            out.append(f"\\u{code:04X}")
        elif char.isprintable() or char == " ":
            out.append(char)
        else:
            out.append(f"\\u{code:04X}" if code <= 0xFFFF else f"\\u{{{code:X}}}")
    return '"' + "".join(out) + '"'


# ---------------------------------------------------------------- numbers


def _pad(spec: Spec, text: str) -> str:
    return text.ljust(spec.width) if "-" in spec.flags else text.rjust(spec.width)


def _sign(spec: Spec, number: int) -> str:
    return "-" if number < 0 else "+" if "+" in spec.flags else " " if " " in spec.flags else ""


def _number(spec: Spec, sign: str, digits: str, dots: str = "", fill: str = "0") -> str:
    """`digits` filled up to the precision, or to the width by flag 0; before it sign and prefix, then `dots`."""
    width = spec.width - len(sign) - len(dots)
    if spec.precision is None and "0" in spec.flags and "-" not in spec.flags:
        digits = digits.rjust(width, fill)
    elif spec.precision == 0 and digits == "0" and not ("#" in spec.flags and spec.letter == "o"):
        digits = ""
    else:
        digits = digits.rjust((spec.precision or 0) - len(dots), fill)
    return _pad(spec, sign + dots + digits)


def _fixed(spec: Spec, number: int) -> str:
    places = 6 if spec.precision is None else spec.precision
    point = "." + "0" * places if places else ""
    return _number(spec._replace(precision=None), _sign(spec, number), str(abs(number)) + point)


def _based(spec: Spec, number: int) -> str:
    letter = spec.letter
    prefix = _PREFIXES[letter] if "#" in spec.flags and number else ""
    dots, fill = "", "0"
    if number < 0 and "+" not in spec.flags and " " not in spec.flags:
        sign, dots, fill = "", "..", format(_BASES[letter] - 1, letter.lower())
        digits = _endless(number, _BASES[letter], letter.lower())
    else:
        sign, digits = _sign(spec, number), format(abs(number), letter.lower())
    if prefix == "0" and (dots or (spec.precision is not None and spec.precision > len(digits))):
        prefix = ""
    out = _number(spec, sign + prefix, digits, dots, fill)
    return out.upper() if letter == "X" else out


def _endless(number: int, base: int, letter: str) -> str:
    """A negative number in two's complement, from the last of its leading digits that repeat for ever."""
    length = 1
    while base**length < -number:
        length += 1
    highest = format(base - 1, letter)
    digits = format(base**length + number, letter).rjust(length, "0")
    return highest + digits.lstrip(highest)


def _character(value: object) -> str:
    if isinstance(value, str):
        return value[:1]
    number = int(value) if isinstance(value, int) else -1
    return chr(number) if 0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"
