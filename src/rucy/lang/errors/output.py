"""Output: `puts` and its relatives, printk, and formats."""

from __future__ import annotations

from rucy.source import Diagnostic


class PrintkArguments(Diagnostic):
    code = "printk-arguments"
    title = "`{name}` is called without what it prints"
    help = "write `{instead}`"


class PrintkFormat(Diagnostic):
    code = "printk-format"
    title = "`{name}` takes its format as a literal string"
    help = "write `{instead}`"


class PrintkLength(Diagnostic):
    code = "printk-length"
    title = "the format has {right} bytes with its NUL, not {given}"
    help = "write {right}, or use `printk`, which counts by itself"


class PrintkLengthKind(Diagnostic):
    code = "printk-length"
    title = "the second argument is the format's length in bytes, NUL included, as a number"
    help = "write {right}, or use `printk`, which counts by itself"


class FormatCount(Diagnostic):
    code = "format-count"
    title = "the format has {holes} conversion(s) and is given {args} argument(s)"
    help = "give one argument for each % in the format (%% prints a percent sign)"


class FormatTooMany(Diagnostic):
    code = "format-too-many"
    title = "the kernel prints at most 3 arguments in a line, {count} given"
    help = "print the rest in a second line"


class FormatCharacter(Diagnostic):
    code = "format-character"
    title = "the kernel's trace pipe takes formats of ASCII characters only"
    help = "write it in ASCII"


class FormatPointer(Diagnostic):
    code = "format-pointer"
    title = "`{text}` is a pointer, and %s prints a string"
    help = "{advice}"


class FormatBool(Diagnostic):
    code = "format-bool"
    title = "`{text}` is {words[boolean]}, which has no conversion"
    help = "print a number: `{ternary}`"


class FormatUnknown(Diagnostic):
    code = "format-unknown"
    title = "the conversion `{shown}` is not known"
    help = "use %d %u %x %s %p or %c"


class FormatPercent(Diagnostic):
    code = "format-unknown"
    title = "a `%` ends the format, and says nothing of what to print"
    help = "write `%%` for a percent sign"


class FormatType(Diagnostic):
    code = "format-type"
    title = "`{shown}` cannot print {have}"
    help = "use %d for a number, %s for a string, %p for a pointer"


class OutputPointer(Diagnostic):
    code = "output-value"
    title = "`{text}` is a pointer, which `{name}` does not print"
    help = "{advice}"


class OutputValue(Diagnostic):
    code = "output-value"
    title = "`{name}` cannot print {have}"
    help = "print its parts: numbers and strings"


class OutputConversion(Diagnostic):
    code = "format-unknown"
    title = "the conversion `{shown}` is not known here"
    help = "use %d %x %o %b %c %s or %p, with flags, width and precision if wanted"


class InspectValue(Diagnostic):
    code = "inspect-value"
    title = "`p` of several values gives an array, which cannot be made here"
    help = "print them in a line of their own, or one at a time"


class InspectInterpolation(Diagnostic):
    code = "inspect-interpolation"
    title = "`p` quotes a string, and one with interpolation is put together after that"
    help = "print the text with `puts`, or the values with `p`"
