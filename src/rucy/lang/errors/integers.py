"""Integers: truth, ranges, divisors, exponents, byte order, `$globals`."""

from __future__ import annotations

from rucy.source import Diagnostic


class IntegerCondition(Diagnostic):
    code = "integer-condition"
    title = "`{text}` is {words[integer]}, and as a condition every one of them is true, 0 too"
    help = "write `{test}`"

    @property
    def help_text(self) -> str:
        text = str(self.values["text"])
        if text.replace("_", "").isdigit():
            return f"compare it with something: `x == {text}`"
        found = self.values.get("found")
        if found:
            return f"{found}; to compare the number, write `{number_of(self.values['text'])} != 0`"
        return meant_comparison(self.values["text"]) or super().help_text


def number_of(text: str) -> str:
    """`x` of `x = 5`, where a condition stands; anything else as it is."""
    name, equals, _ = text.partition(" = ")
    return name if equals and name.replace(".", "").isidentifier() else text


def meant_comparison(text: str) -> str:
    """`x = 5` where a condition stands; "" for anything else."""
    name, equals, value = text.partition(" = ")
    return f"to compare, write `{name} == {value}`" if equals and name.replace(".", "").isidentifier() else ""


class IntegerTooLarge(Diagnostic):
    code = "integer-too-large"
    title = "{value} does not fit into 64 bits"
    help = "use a number from -9223372036854775808 to 18446744073709551615"


class DivisionByZero(Diagnostic):
    code = "division-by-zero"
    title = "`{text}` divides by zero"
    help = "divide by something else"


class ClampBound(Diagnostic):
    code = "clamp-bound"
    title = "`clamp` takes a range, or the least and the greatest value, and `{text}` is neither"
    help = "write `clamp(..{text})` for the greatest, `clamp({text}..)` for the least"


class ClampOrder(Diagnostic):
    code = "clamp-order"
    title = "`clamp` takes the least value first, and {low} is greater than {high}"
    help = "write `clamp({high}, {low})`"


class StepZero(Diagnostic):
    code = "step-zero"
    title = "a step of 0 never gets anywhere, and Ruby refuses it"
    help = "step by another number, or write `loop do … end`"


class NegativeExponent(Diagnostic):
    code = "negative-exponent"
    title = "an exponent of {value} gives a fraction, which does not exist here"
    help = "use an exponent of 0 or more"


class SignedExponent(Diagnostic):
    code = "signed-exponent"
    title = "the exponent `{text}` may be negative, which gives a fraction"
    help = "use a value that cannot be negative: `{absolute}`"


class NetworkOrder(Diagnostic):
    code = "network-order"
    title = "`{text}` is in network byte order: only == and != are allowed on it as it is"
    help = "convert it first: `{convert}({text})`"


class MixedOrder(Diagnostic):
    code = "mixed-order"
    title = "`{net}` is in network byte order and `{host}` is not"
    help = "compare the same order: `{convert}({net}) == {host}`"

    @property
    def help_text(self) -> str:
        net = self.values["net"]
        if net.startswith(("htons(", "htonl(")) and net.endswith(")"):
            return f"compare the same order: `{net[6:-1]} == {self.values['host']}`"
        return super().help_text


class NetworkConstant(Diagnostic):
    code = "network-constant"
    title = "{value} is no {bits}-bit number, so it can never be the other side's value"
    help = "use a number from 0 to 2 ** {bits} - 1"


class NetworkWidths(Diagnostic):
    code = "network-widths"
    title = "a {left}-bit and a {right}-bit number in network byte order cannot be compared as they are"
    help = "convert both first"


class ConverterWidth(Diagnostic):
    code = "converter-width"
    title = "`{name}` is not for a number of {bits} bits"
    help = "use `{right}`"


class AlreadyNetwork(Diagnostic):
    code = "already-network"
    title = "`{text}` is in network byte order already"
    help = "leave the conversion out"


class StoreOrder(Diagnostic):
    code = "store-order"
    title = "`{name}` is kept in {order} byte order, and `{text}` is not in it"
    help = "convert it: `{convert}({text})`"


class GlobalReadModifyWrite(Diagnostic):
    code = "global-read-modify-write"
    title = "`${name}` is read and written again: another CPU may have changed it in between"
    help = "use an atomic update, `${name} += n` (also -=, |=, &=, ^=)"


class GlobalOperator(Diagnostic):
    code = "global-operator"
    title = "`${name} {op}=` has no atomic instruction"
    help = "use +=, -=, |=, &= or ^=, or a local variable"


class GlobalChangedMeanwhile(Diagnostic):
    code = "global-changed-meanwhile"
    title = "`{value}` may change `${name}`: `{op}=` cannot both be atomic and start from what `${name}` was before"
    help = "evaluate it first: `n = {value}; ${name} {op}= n`"


class GlobalType(Diagnostic):
    code = "global-type"
    title = "`${name}` can hold numbers, text, structs and arrays of these, and this is {have}"
    help = "keep a number or text in it, such as a field"


class GlobalElements(Diagnostic):
    code = "global-elements"
    title = "the elements of an array in a `$global` are all of one kind, and this one differs, or there are none"
    help = "give it one kind of literals, e.g. `[0] * 16`; a struct holds several: `class Conf; attr :limit, :u32; … end`"


class GlobalShared(Diagnostic):
    code = "global-shared"
    title = "in Ruby all {count} elements would be one and the same object, which is changed in all of them at once"
    help = "make one for each: `Array.new({count}) {{ {text} }}`"


class GlobalPart(Diagnostic):
    code = "stored-type"
    title = "`{text}` is no literal of `{held}`"
    help = "give what fits, or change the declaration"


class GlobalObject(Diagnostic):
    code = "object-map"
    title = "`${name}` cannot hold a lock or a timer: these are in the values of maps"
    help = "use a map of one element: `STATE = array(State, 1)`, and `STATE[0]`"


class GlobalUpdateType(Diagnostic):
    code = "global-update-type"
    title = "`${name}` can be updated with {words[integer]}, and this is {have}"
    help = "give a number"
