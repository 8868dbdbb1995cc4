"""Values of the wrong class."""

from __future__ import annotations

from rucy.source import Diagnostic


class VariableTypes(Diagnostic):
    code = "variable-types"
    title = "`{name}` is {old} elsewhere, and here {new} is assigned to it"
    help = "use another variable for {new}"

    @property
    def help_text(self) -> str:
        old, new = (str(self.values[key]).removesuffix(" or nil") for key in ("old", "new"))
        if old.removesuffix(" in a map") != new.removesuffix(" in a map"):
            return super().help_text
        made = new.removesuffix(" in a map").split()[-1]
        taken = f"{self.values['name']} = (MAP[key] ||= {made}.new)"
        return f"put one into the map where there is none, and take what is there: `{taken}`; or use another variable"


class BranchTypes(Diagnostic):
    code = "branch-types"
    title = "the value is {then} on one path and {other} on another"
    help = "let every path end in the same class, or assign to different variables"


class ReturnTypes(Diagnostic):
    code = "return-types"
    title = "the method gives {old} on another path, and {new} here"
    help = "let every path of the method end in the same class"


class WrongOperand(Diagnostic):
    code = "wrong-operand"
    title = "{have} stands where {want} is needed"
    help = "give {want} here"


class NeverEqual(Diagnostic):
    code = "never-equal"
    title = "{left} and {right} are never equal"
    help = "{advice}"


class AddressText(Diagnostic):
    code = "address-text"
    title = "{text} is no {kind} address"
    help = 'write one whole, such as "{example}"{networks}'


class AlwaysTrue(Diagnostic):
    code = "always-true"
    title = "as a condition `{text}` is always true: it is {what}"
    help = "compare it with something"

    @property
    def help_text(self) -> str:
        from rucy.lang.errors.integers import meant_comparison

        text = str(self.values["text"])
        if text[:1] in ('"', "'"):
            return f"compare it with something: `x == {text}`"
        return self.values.get("found") or meant_comparison(self.values["text"]) or super().help_text


class ArrayElement(Diagnostic):
    code = "array-element"
    title = "an array in a program holds constant Integers, or constant strings, and this is {have}"
    help = "{advice}"


class RangeValue(Diagnostic):
    code = "range-value"
    title = "a range is no value of its own in a program"
    help = "use it where it stands: in a loop, in a comparison, or as a constant; of a string take `s[0]` or `s.getbyte(0)`"


class RangeBound(Diagnostic):
    code = "range-bound"
    title = "an end of a range must be {words[integer]}, and this is {have}"
    help = "give a number"


class NotIterable(Diagnostic):
    code = "not-iterable"
    title = "{have} cannot be gone through element by element"
    help = "go through a range of indexes, or a constant array"


class IndexType(Diagnostic):
    code = "index-type"
    title = "an index must be {words[integer]}, and this is {have}"
    help = "give a number"


class IndexOutside(Diagnostic):
    code = "index-outside"
    title = "`{text}` has {count} elements, and index {index} is outside"
    help = "use an index from 0 to the number of elements minus 1"


class SafeOnObject(Diagnostic):
    code = "safe-navigation"
    title = "{what} cannot also be nil"
    help = "test the receiver with `if` instead"


class SymbolHere(Diagnostic):
    code = "symbol"
    title = "the symbol `:{name}` means nothing here: only results of hooks that list symbols are written so"
    help = "use a number, a constant or a string, e.g. `\"{name}\"`"

    @property
    def help_text(self) -> str:
        number = self.values.get("number")
        return f"the number is a constant: `{number}`" if number else super().help_text


class NulInString(Diagnostic):
    code = "nul-in-string"
    title = "a string in the kernel ends at its first NUL byte, and this literal has one inside"
    help = "leave the NUL out: every string is ended by one anyway"


class InterpolationHere(Diagnostic):
    code = "interpolation"
    title = "a string that is put together at run time is no value in a program"
    help = "print it, `puts \"…\"`, or use its parts"


class CharacterBytes(Diagnostic):
    code = "character-bytes"
    title = "a string in the kernel is bytes, and a character of `{text}` takes more than one"
    help = "compare the whole string, its start or its end, or a byte by `getbyte`"


class CharacterCount(Diagnostic):
    code = "character-count"
    title = "a string in the kernel is bytes, and `{text}` has {bytes} of them where Ruby counts {count} character(s)"
    help = "write `bytesize` for the bytes, or the number that is meant"


class SoughtTooLong(Diagnostic):
    code = "sought-too-long"
    title = "what is looked for inside a string has room for {size} bytes here, and {most} are the most that can be looked for"
    help = "give it less room where it is read, `str(pointer, {most})`, or look for a literal"


class WholeArray(Diagnostic):
    code = "whole-array"
    title = "`{text}` is an array, which cannot be used as a whole"
    help = "use one element: `{text}[0]`"
