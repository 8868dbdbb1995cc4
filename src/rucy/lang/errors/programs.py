"""Hooks, sections, parameters, results."""

from __future__ import annotations

from rucy.source import Diagnostic


class UnknownSection(Diagnostic):
    code = "unknown-section"
    title = '"{text}" is no section name that the loader knows{suggestion}'
    help = "`rucy hooks` lists hooks and their sections"


class HookNeedsTarget(Diagnostic):
    code = "hook-target"
    title = "`{hook}` needs to be told where"
    help = 'name it: `{hook} "{example}"`'


class HookTarget(Diagnostic):
    code = "hook-target"
    title = "`{hook}` takes its target as a literal string"
    help = 'write `{hook} "{example}"`'


class FirstOf(Diagnostic):
    code = "first-of"
    title = "`first_of` takes two names or more, of which the kernel's first is used"
    help = 'write `{hook} first_of("{example}", "its_old_name")`'


class FirstOfPattern(Diagnostic):
    code = "first-of-pattern"
    title = '"{text}" is a pattern, and `first_of` chooses among names'
    help = "write the names out"


class CandidateUnknown(Diagnostic):
    code = "candidate-unknown"
    severity = "warning"
    title = 'the kernel compiled against has no "{text}", so its fields are not known: it is left out'
    help = "compile against a kernel that has it: `--btf FILE`"


class NoMatch(Diagnostic):
    code = "no-match"
    title = 'nothing that `{hook}` can be put on matches "{text}"'
    help = "`*` stands for any letters, `?` for one, and the whole name must match"


class TooManyMatches(Diagnostic):
    code = "too-many-matches"
    title = '"{text}" matches {count} names, each of which would be a program; {most} are the most'
    help = "write a longer pattern, or several"


class PatternHere(Diagnostic):
    code = "pattern-here"
    title = "`{hook}` is put on one function: what it is given depends on it"
    help = 'use `kprobe "{text}"`, or name the functions one after the other'


class HookTargetTwice(Diagnostic):
    code = "hook-target-twice"
    title = '"{text}" is named twice'
    help = "name it once"


class HookNoTarget(Diagnostic):
    code = "hook-no-target"
    title = "`{hook}` takes no argument"
    help = "leave it out; what it is attached to is said when it runs"


class HookName(Diagnostic):
    code = "hook-name"
    title = "`name:` takes a symbol that can be a function's name"
    help = "write a symbol of at most 90 letters, digits and `_`: `name: :my_probe`"


class HookFlag(Diagnostic):
    code = "hook-flag"
    title = "`{word}:` takes {words[true]} or {words[false]}"
    help = "write `{word}: {words[true]}`"


class HookOption(Diagnostic):
    code = "hook-option"
    title = "`{hook}` has no option `{word}:`{suggestion}"
    help = "its options: name:, attach:, optional:, sleepable:"


class NotSleepable(Diagnostic):
    code = "not-sleepable"
    title = "programs of `{hook}` cannot sleep"
    help = "leave `sleepable:` out"


class ProgramTwice(Diagnostic):
    code = "program-twice"
    title = "two programs are called `{name}`"
    help = "{advice}"


class SymbolTaken(Diagnostic):
    code = "symbol-taken"
    title = "{what} and {other} would both be called `{name}` in the object"
    help = "give one of them another name"


class NoFunction(Diagnostic):
    code = "no-function"
    title = "the kernel's types have no function `{target}`{suggestion}"
    help = "it may be inlined, static with another name, or of a module"


class FunctionWithoutTypes(Diagnostic):
    code = "function-without-types"
    severity = "warning"
    title = "the kernel's types have no function `{target}`{suggestion} Its arguments are taken as Integers"
    help = 'say what they are: `.as("struct x")`'

    @property
    def message(self) -> str:
        suggestion = self.values["suggestion"] or "."
        return self.title.format(**{**self.values, "suggestion": suggestion})


class NoTracepoint(Diagnostic):
    code = "no-tracepoint"
    title = "the kernel has no tracepoint `{target}`{suggestion}"
    help = "names are those of /sys/kernel/tracing/events, without the group"


class NoEvent(Diagnostic):
    code = "no-event"
    title = "there is no event `{target}`{suggestion}"
    help = 'write group and name: "sched:sched_switch"'


class EventOfThisKernel(Diagnostic):
    code = "event-of-this-kernel"
    severity = "warning"
    title = "Linux has no event `{target}` of its own: it is read as this kernel describes it"
    help = "the program is for this kernel alone; where it runs on another, compile it there"


class EventUnknown(Diagnostic):
    code = "event-unknown"
    title = "the kernel compiled against does not have the event `{target}` (no struct {struct})"
    help = "compile against a kernel that has it: `--btf FILE`"


class NoSyscall(Diagnostic):
    code = "no-syscall"
    title = "there is no system call `{target}`{suggestion}"
    help = "use the kernel's name, without sys_"


class TooManyParameters(Diagnostic):
    code = "too-many-parameters"
    title = "{what} has {has} argument(s), and the block takes {given}"
    help = "{advice}"


class ParameterName(Diagnostic):
    code = "parameter-name"
    severity = "warning"
    title = "`{name}` stands where `{target}` has `{own}`: it is that argument, by its place and not by its name"
    help = "write the ones before it too: `|{all}|`, give this one another name, or give `{target}` a block of its own"


class ParameterOnStack(Diagnostic):
    code = "parameter-on-stack"
    title = "argument {at} of the function is not in a register: a probe sees the first {count}"
    help = "use `fentry`, which sees all"


class AggregateParameter(Diagnostic):
    code = "aggregate-parameter"
    title = "this argument is passed by value as {what}, which a probe cannot take"
    help = "leave it and those behind it out"


class UnknownResult(Diagnostic):
    code = "unknown-result"
    title = "`:{name}` is no result of this hook{suggestion}"
    help = "its results: {results}"

    @property
    def help_text(self) -> str:
        number = self.values.get("number")
        return super().help_text + (f"; where a number is meant, it is the constant `{number}`" if number else "")


class ResultNil(Diagnostic):
    code = "result-nil"
    title = "a path of the program ends here in {words[nil]}, but its hook needs a result"
    help = "end it in one of: {results}"


class ResultRange(Diagnostic):
    code = "result-range"
    title = "`{text}` is no result of this hook"
    help = "its results: {results}"


class ResultUnproved(Diagnostic):
    code = "result-unproved"
    title = "`{text}` may be outside {low}..{high}, which is what this hook takes"
    help = "end in one of: {results}; or bound the number: `.clamp({low}, {high})`"

    @property
    def help_text(self) -> str:
        for name in self.values["results"].split(", "):
            if self.values["text"].lower().endswith(f"_{name[1:]}") and name[:1] == ":":
                return f"write `{name}`"
        return super().help_text


class ResultType(Diagnostic):
    code = "result-type"
    title = "{have} is no result of this hook"
    help = "its results: {results}"
