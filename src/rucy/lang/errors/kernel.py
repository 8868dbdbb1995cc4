"""Objects of the kernel, the context, helpers."""

from __future__ import annotations

from rucy.source import Diagnostic


class NoField(Diagnostic):
    code = "no-field"
    title = "{struct} has no field `{name}`"
    help = "fields of structs are those of the kernel whose types are compiled against; `--btf FILE` takes another's"


class NoFieldNear(Diagnostic):
    code = "no-field"
    title = "{struct} has no field `{name}`"
    help = "did you mean `{best}`?"


class UnguardedField(Diagnostic):
    code = "unguarded-field"
    title = "this kernel's struct {struct} has no field `{name}`, though others' has"
    help = "ask for it first: `if {text}`"


class NotAStruct(Diagnostic):
    code = "not-a-struct"
    title = "{what} has no fields, so it has no `{name}`"
    help = 'say what it points to: `.as("struct x")`'


class UnnamedStruct(Diagnostic):
    code = "unnamed-struct"
    title = "the struct that holds `{name}` has no name by which another kernel's could be found"
    help = "write the whole chain from the struct around it in one expression"


class KernelWrite(Diagnostic):
    code = "kernel-write"
    title = "`{text}` writes into the kernel's memory, which a program may only read"
    help = "assign a local variable instead; to compare, write `==`"


class KernelFloat(Diagnostic):
    code = "kernel-float"
    title = "`{text}` is a floating-point number, which a program cannot use"
    help = "read another field"


class PointerIndex(Diagnostic):
    code = "pointer-index"
    title = "`{text}` cannot be indexed: how far its elements lie apart is not known"
    help = "index an array member, or a pointer to numbers, pointers or structs that have a name"


class NoType(Diagnostic):
    code = "no-type"
    title = 'the kernel has no type "{text}"{suggestion}'
    help = 'write it as in C: "struct sock", "union x", or the name of a typedef'


class CastArgument(Diagnostic):
    code = "cast"
    title = "`as` takes the name of a type as a literal string"
    help = 'write `.as("struct sock")`'


class FieldQuestion(Diagnostic):
    code = "field-question"
    title = "`field?` takes a kernel object and a field's name as a symbol"
    help = "write `field?(task, :__state)`"


class FieldQuestionOf(Diagnostic):
    code = "field-question"
    title = "`field?` asks about a struct of the kernel, and this is {have}"
    help = "write `field?(task, :__state)`"


class FieldUnknown(Diagnostic):
    code = "field-unknown"
    severity = "warning"
    title = "{struct} of the kernel compiled against has no `{name}`: this is always {words[false]}"
    help = "compile against a kernel that has it (`--btf FILE`) to use it there"


class TypeUnknown(Diagnostic):
    code = "type-unknown"
    severity = "warning"
    title = 'the kernel compiled against has no type "{text}": this is always {words[false]}{suggestion}'
    help = "compile against a kernel that has it (`--btf FILE`) to use it there"


class EnumUnknown(Diagnostic):
    code = "enum-unknown"
    severity = "warning"
    title = "no enum of the kernel compiled against has `{name}`: this is always {words[false]}"
    help = "compile against a kernel that has it (`--btf FILE`) to use it there"


class TypeQuestion(Diagnostic):
    code = "type-question"
    title = "`{name}` takes the name of a type as a literal string"
    help = 'write `{name}("struct sock")`'


class EnumQuestion(Diagnostic):
    code = "enum-question"
    title = "`enum?` takes the name of an enumerator as a symbol"
    help = "write `enum?(:BPF_TCP_LISTEN)`"


class NoContext(Diagnostic):
    code = "no-context-field"
    title = "the context of `{hook}` has no named fields, so no `{name}`"
    help = "use the block's parameters"


class NoContextField(Diagnostic):
    code = "no-context-field"
    title = "{what} has no field `{name}`{suggestion}"
    help = "its fields: {names}"


class ContextUnreadable(Diagnostic):
    code = "context-unreadable"
    title = "`{name}` of {what} cannot be read in `{hook}`"
    help = "use a field that this hook has"


class ContextReadOnly(Diagnostic):
    code = "context-read-only"
    title = "`{name}` of {what} cannot be written in `{hook}`"
    help = "what can be written here: {names}"


class ContextIndex(Diagnostic):
    code = "context-index"
    title = "an array in the context takes a constant index only"
    help = "write a number from 0 to {count} - 1"


class ContextValue(Diagnostic):
    code = "context-value"
    title = "`{name}` takes {words[integer]}, and this is {have}"
    help = "give a number"


class ContextAttrOffset(Diagnostic):
    code = "context-attr-offset"
    severity = "warning"
    title = "`{name}` lies at byte {at} here, and the kernel's `{name}` at byte {right}"
    help = "give the attrs before it the sizes that the kernel has: {all}"


class ContextAttrType(Diagnostic):
    code = "context-attr-type"
    title = "the attr `{name}` of a context needs the type of a number, and has {type}"
    help = "give it one: `attr :{name}, :u32`"


class ContextTooLarge(Diagnostic):
    code = "context-too-large"
    title = "`{name}` ends at byte {end}, and {what} has only {size}"
    help = "describe no more than the kernel gives"


class HelperNotHere(Diagnostic):
    code = "helper-not-here"
    title = "the helper `{name}` cannot be called in `{hook}`"
    help = "use a hook whose programs may call it, or another helper"


class HelperLicense(Diagnostic):
    code = "helper-license"
    title = "the helper `{name}` is only for programs with a GPL-compatible licence"
    help = 'declare it at the top of the file: `license "GPL"`'

    @property
    def message(self) -> str:
        given = self.values["license"]
        return super().message + (f', and this file has "{given}"' if given else "")

    @property
    def help_text(self) -> str:
        given = self.values["license"]
        if given in ("MIT", "BSD", "MPL"):
            dual = {"MIT": "Dual MIT/GPL", "BSD": "Dual BSD/GPL", "MPL": "Dual MPL/GPL"}[given]
            return f'the kernel takes `license "GPL"`, or both: `license "{dual}"`'
        return super().help_text if not given else 'write it as the kernel does: `license "GPL"`, or "GPL v2"'


class ReadLicense(HelperLicense):
    title = "`{text}` is read by the helper `{name}`, which is only for programs with a GPL-compatible licence"


class HelperArity(Diagnostic):
    code = "helper-arguments"
    title = "`{name}` takes {takes} argument(s), {given} given"
    help = "the kernel's own signature: {signature}"


class HelperArgument(Diagnostic):
    code = "helper-argument"
    title = "`{name}` takes {want} here, and this is {have}"
    help = "give {want}"


class HelperSize(Diagnostic):
    code = "helper-size"
    title = "the memory given to `{name}` has {size} bytes, so its size is a constant up to {size}"
    help = "leave the size out: `{name}` is given the memory's own"


class HelperMemory(Diagnostic):
    code = "helper-memory"
    title = "`{name}` takes exactly {wants} bytes here, and this has {size}"
    help = "give a struct of {wants} bytes"


class HelperFills(Diagnostic):
    code = "helper-fills"
    title = "`{name}` writes here, and `{text}` is a value, which does not change"
    help = "give a struct or an array: `b = Buffer.new; {name}(b, …)`"


class NeedsSleepable(Diagnostic):
    code = "needs-sleepable"
    title = "`{name}` may sleep, and this program must not"
    help = "say `sleepable: {words[true]}` at a hook that can, such as `fentry`; elsewhere use `ustr` or the pointer's fields"


class LiteralText(Diagnostic):
    code = "helper-literal"
    title = "`{name}` takes a literal string here"
    help = 'write the text itself: `"abc"`'


class StringSize(Diagnostic):
    code = "string-size"
    title = "`{name}` takes a constant size from 1 to 256 bytes"
    help = "write `{name}(p, 64)`"


class StringPointer(Diagnostic):
    code = "string-pointer"
    title = "`{name}` reads a string at an address, and this is {have}"
    help = "give a pointer"


class CommonSocket(Diagnostic):
    code = "common-socket"
    title = "`{name}` is not in the part that all sockets have, and `{text}` may be one that is not yet, or no more, a full one"
    help = "ask for the full one: `if full = sk_fullsock({text})`"


class UserPointer(Diagnostic):
    code = "user-pointer"
    title = "`{text}` is an address of user space"
    help = "read it from there: `ustr({text}, {size})`"
