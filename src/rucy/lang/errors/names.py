"""Names: unknown ones, calls that do not fit, hooks that are not supported."""

from __future__ import annotations

from rucy.source import Diagnostic


class UndefinedName(Diagnostic):
    code = "undefined-name"
    title = "`{name}` is not a local variable, method or built-in here"
    help = "assign it first: `{name} = 0`"


class UndefinedNameNear(Diagnostic):
    code = "undefined-name"
    title = "`{name}` is not a local variable, method or built-in here"
    help = "did you mean `{best}`?"


class UndefinedMethod(Diagnostic):
    code = "undefined-method"
    title = "there is no method, helper or built-in `{name}`"
    help = "define it in this file, or use a helper of the kernel by its own name"


class UndefinedConstant(Diagnostic):
    code = "undefined-constant"
    title = "`{name}` is not a constant of this file, a shipped one or a name of a kernel enum"
    help = "assign it at the top level, with its value: `{name} = …`"

    @property
    def help_text(self) -> str:
        name = self.values["name"]
        if "::" not in name and name != name.upper():
            return "a program has no classes and modules of its own: write plain methods and constants at the top level"
        return super().help_text if "::" not in name else "leave out what stands before `::`, and assign it at the top level"


class UndefinedConstantNear(Diagnostic):
    code = "undefined-constant"
    title = "`{name}` is not a constant of this file, a shipped one or a name of a kernel enum"
    help = "did you mean `{best}`?"


class UserSpaceName(Diagnostic):
    code = "user-space-name"
    title = "`{name}` belongs to user space; a kernel program has nothing of that kind"
    help = "do it in the user half, outside probes and the methods they call"


class UserSpaceObject(Diagnostic):
    code = "user-space-name"
    title = "`{name}` belongs to user space; a kernel program has nothing of that kind"
    help = "{advice}"


class ClassWithoutTypes(Diagnostic):
    code = "undefined-constant"
    title = "the class `{name}` has no `attr` with a type, so it is one of the user half"
    help = "give its fields types, and leave `initialize` out: `attr :pid, :u32`; an object is made by `{name}.new(pid: 1)`"


class ConstantOfItself(Diagnostic):
    code = "constant-of-itself"
    title = "the constant `{name}` is made of itself"
    help = "give it a literal: `{name} = 0`"


class NoMethod(Diagnostic):
    code = "no-method"
    title = "`{name}` is not a method of {what}"
    help = "{known}"


class NoAssignment(Diagnostic):
    code = "no-assignment"
    title = "`{name}` of {what} cannot be assigned"
    help = "assign a local variable or a `$global` instead"

    @property
    def help_text(self) -> str:
        if not str(self.values["name"]).endswith("[…]"):
            return super().help_text
        if "String" in str(self.values["what"]):
            return "text does not change; a field of bytes does: `attr :data, [:u8, 64]`"
        return "what changes is a global, `$counts = [0] * 16`, or a field of a struct, `attr :counts, [:u32, 16]`"


class WrongArity(Diagnostic):
    code = "wrong-arguments"
    title = "`{name}` takes {takes} argument(s), {given} given"
    help = "give it {takes}, no more and no fewer"

    @property
    def help_text(self) -> str:
        return "leave the arguments out" if str(self.values["takes"]) == "0" else super().help_text


class NoKeywords(Diagnostic):
    code = "unknown-keyword"
    title = "`{name}` takes no keyword argument `{word}:`"
    help = "leave `{word}:` out"


class UnknownKeyword(Diagnostic):
    code = "unknown-keyword"
    title = "`{name}` has no keyword `{word}:`"
    help = "its keywords: {known}"


class MissingKeyword(Diagnostic):
    code = "missing-keyword"
    title = "`{name}` is called without {words_}"
    help = "give a value for {words_}"


class NoBlock(Diagnostic):
    code = "no-block"
    title = "`{name}` takes no block"
    help = "leave the block out"


class BlockNeeded(Diagnostic):
    code = "block-needed"
    title = "`{name}` needs a block here: the object that it gives without one does not exist in the kernel"
    help = "write the block after it"


class Recursion(Diagnostic):
    code = "recursion"
    title = "`{name}` calls itself, directly or through others, which a program in the kernel cannot do"
    help = "write it as a loop"


class UnsupportedHook(Diagnostic):
    code = "unsupported-hook"
    title = "the hook `{name}` is not supported"
    help = "use another one; `rucy hooks` says which are supported"


class ConstantOfUserSpace(Diagnostic):
    code = "user-space-name"
    title = "`{name}` is made with `{text}`, which belongs to user space, and the kernel half uses it"
    help = "write what it is: `{name} = 0`"


class ConstantRuns(Diagnostic):
    code = "constant-runs"
    title = "`{name}` is a constant, and what it is made of is known only while a program runs"
    help = "make it a method, which is asked each time: `def {method} = …`"


class TooNew(Diagnostic):
    code = "too-new"
    title = "{what} needs Linux {since}, and the program is compiled for {kernel}"
    help = "compile with --kernel {since}, or without --kernel"


class NoBlockGiven(Diagnostic):
    code = "no-block-given"
    title = "this runs the block that the method was called with, and a call gives it none"
    help = "give that call a block, or ask first: `yield if block_given?`"


class UnusedBlock(Diagnostic):
    code = "unused-block"
    severity = "warning"
    title = "`{name}` never runs the block that it is called with"
    help = "leave the block out, or write `yield` into the method"


class BlockTooLarge(Diagnostic):
    code = "block-too-large"
    title = "blocks are copied to where they run, and with this call of `{name}` the copies are too large"
    help = "let the method `yield` in one place, in a loop, or move what the block does into a method"
