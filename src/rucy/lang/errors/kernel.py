"""Objects of the kernel, the context, helpers."""

from __future__ import annotations

from rucy.source import Diagnostic


class NoField(Diagnostic):
    code = "no-field"
    title = "{struct} has no field `{name}`"
    help = "{advice}"


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
    help = "index an array where it stands, `e.bytes[0]`, or a pointer to numbers, pointers or structs that have a name"


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


#: what kernel.kfuncs.FOREIGN names → why a program here has nothing of it, and what to write instead
FOREIGN: dict[str, tuple[str, str]] = {
    "objects": (
        "is about objects that a program allocates for itself, and here everything lies in maps",
        "keep structs in a `hash` under a key of your own, or in an arena: `POOL = arena(64)`, `POOL.alloc(Node, 100)`",
    ),
    "lists": (
        "is about linked lists of objects that a program allocates for itself, and here everything lies in maps",
        "in order: `queue(Job, 1024)` or `stack(Job, 1024)`; by key: a `hash`; linked by yourself: structs of an `arena`",
    ),
    "trees": (
        "is about sorted trees of objects that a program allocates for itself, and here everything lies in maps",
        "by key: a `hash`; by prefix: an `lpm_trie`; in order: sort in the user half, or link structs of an `arena` yourself",
    ),
    "queues": (
        "is about functions that the kernel runs later where sleeping is allowed, and a block here is not one of these",
        "`after(e.t, nanoseconds) { |key, e| … }` runs a block later; what must sleep is a program with `sleepable: true`",
    ),
    "locks": (
        "is about resilient spin locks, which no value of a map has here",
        "`lock(e.guard) { … }` with `attr :guard, :spin_lock`",
    ),
    "exceptions": (
        "ends the program as an exception, of which the kernel half has none",
        "`return VALUE`, which leaves the program from any depth of its blocks",
    ),
    "pointers": (
        "keeps an object of the kernel in a map's value, which no value of a map can hold here",
        "keep its number or name; a `task_storage` (`sk_`, `inode_`, `cgrp_`) keeps a value for an object as long as that lives",
    ),
    "storage": (
        "is for the oldest kind of storage of control groups, which is not made here",
        "`cgrp_storage` keeps a value for each control group (Linux 6.2); before that a `hash` by `cgroup_id`",
    ),
}


class Foreign(Diagnostic):
    code = "foreign"
    title = "`{name}` {why}"
    help = "{instead}"


class KfuncRefused(Diagnostic):
    code = "kfunc-refused"
    title = "`{name}` {why}: it cannot be called from here"
    help = "read the fields of the objects that you have, or call another function of the kernel"


BYTES_OF_PACKET = (
    '`packet.ipv4`, `packet.u8(offset)`, `packet.at("struct x", offset)` are what lies there, and `packet.size` is how much it is'
)
BYTES_BY_HELPER = "a helper copies the bytes, where the hook has one: `skb_load_bytes`, `sk_reuseport_load_bytes`"


class ContextPointer(Diagnostic):
    code = "context-pointer"
    title = "`{name}` of the context is an address, and programs here ask for what lies there in other ways"
    help = "{advice}"


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

    @property
    def help_text(self) -> str:
        return self.values.get("instead") or super().help_text


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
    known = "give what the hook has: an argument of `tp_btf` or `fentry`, or what is read through one"

    @property
    def help_text(self) -> str:
        want = self.values["want"]
        if not want.endswith("that the verifier knows"):
            return super().help_text
        return self.known + ("; or `current_task`, written right here" if "struct task_struct" in want else "")


class HelperSize(Diagnostic):
    code = "helper-size"
    title = "the memory given to `{name}` has {size} bytes, so its size is a constant up to {size}"
    help = "leave the size out: `{name}` is given the memory's own"


class HelperBlock(Diagnostic):
    code = "helper-block"
    title = "`{name}` calls a block back, and is written in one way"
    help = "write `{form}`"


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


class PathHere(Diagnostic):
    code = "path-here"
    title = "the kernel lets `{name}` be called in programs on a few functions, and `{target}` is none of these"
    help = "take one of them: {all}; elsewhere read the names: `str(file.f_path.dentry.d_name.name, 64)`"


class SleepsInside(Diagnostic):
    code = "sleeps-inside"
    title = "`{name}` may sleep, and inside this block nothing may"
    help = "call it before the block, or behind it"


class NeedsRcu(Diagnostic):
    code = "needs-rcu"
    title = "`{name}` walks through what only an RCU read section keeps there, and a program that may sleep is in none by itself"
    help = "write it inside one: `bpf_rcu_read_lock {{ {name}(…) {{ … }} }}`"


class RegionInside(Diagnostic):
    code = "region-inside"
    title = "this `{name}` stands inside another, and the kernel takes only one at a time"
    help = "leave the inner one out"


class PartOfBlock(Diagnostic):
    code = "part-of-block"
    title = "`{name}` is called by the compiler, where the block of `{whole}` begins or ends"
    help = "write `{whole} {{ … }}`"


class NeedsBlock(Diagnostic):
    code = "needs-block"
    title = "`{name}` needs a block"
    help = "write `{name} {{ … }}`, with its arguments before the block in parentheses"


class IterateBlock(Diagnostic):
    code = "iterate-block"
    title = "the block of `{name}` is given one value at each turn, and has {given} parameters"
    help = "write `{name}(…) {{ |each| … }}`"


class DynptrMemory(Diagnostic):
    code = "dynptr-memory"
    title = "`{name}` takes memory of a map, and `{text}` is none"
    help = "give a struct or an array in a map's value: `if e = MAP[k]; d = {name}(e.bytes)`"


class DynptrStruct(Diagnostic):
    code = "dynptr-struct"
    title = "`{name}` takes an offset and a struct of the program, which says how many bytes are looked at"
    help = "name a class whose attrs have types: `{name}(…, 0, Event)`"


class DynptrMethod(Diagnostic):
    code = "dynptr-method"
    title = "a dynptr has no method `{name}` like that"
    help = "there are `size`, `write(offset, value)`, `read(offset, Event)`, `at(offset, Event)`, and the kernel's functions"


class ViewWrite(Diagnostic):
    code = "view-write"
    title = "`{text}` may only be read here"
    help = "change it by the dynptr, `d.write(offset, value)`, or take it by `bpf_dynptr_slice_rdwr`"


class LiteralText(Diagnostic):
    code = "helper-literal"
    title = "`{name}` takes a literal string here"
    help = 'write the text itself: `"abc"`'


class StringSize(Diagnostic):
    code = "string-size"
    title = "`{name}` takes a constant size from 1 to 4096 bytes"
    help = "write `{name}(p, 64)`"


class StringPointer(Diagnostic):
    code = "string-pointer"
    title = "`{name}` reads a string at an address, and this is {have}"
    help = "give a pointer"


class NarrowPointer(Diagnostic):
    code = "narrow-pointer"
    title = "`{name}` reads a string at an address, and `{text}` is a number of {bits} bits, which is none"
    help = "the order of the arguments is the kernel's: {names}"

    @property
    def help_text(self) -> str:
        return super().help_text if self.values["names"] else "give a pointer"


class CommonSocket(Diagnostic):
    code = "common-socket"
    title = "`{name}` is not in the part that all sockets have, and `{text}` may be one that is not yet, or no more, a full one"
    help = "ask for the full one: `if full = sk_fullsock({text})`"


class UserPointer(Diagnostic):
    code = "user-pointer"
    title = "`{text}` is an address of user space"
    help = "read it from there: `ustr({text}, {size})`"
