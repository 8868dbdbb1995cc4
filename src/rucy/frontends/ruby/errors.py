"""What the Ruby front end says to the user: one class for each mistake and for each construct that the language leaves out.

`{text}` is the construct as the user wrote it, cut to one line.
"""

from __future__ import annotations

from rucy.source import Diagnostic


class Syntax(Diagnostic):
    code = "syntax"
    title = "{what}"
    help = "{advice}"


class TooDeep(Diagnostic):
    code = "too-deep"
    title = "this is nested too deeply for the compiler (more than {limit} levels)"
    help = "split it: give the inner part a name, as a local variable or a method"


class FloatLiteral(Diagnostic):
    code = "float"
    title = "`{text}` is a Float; the kernel computes with Integers only"
    help = "use an Integer and scale it, e.g. `3 * x / 2` for `1.5 * x`"

    @property
    def help_text(self) -> str:
        number = float(str(self.values["text"]).replace("_", ""))
        return f"write it as an Integer: `{int(number):_}`" if number.is_integer() and abs(number) < 2**63 else super().help_text


class RationalLiteral(Diagnostic):
    code = "rational"
    title = "`{text}` is a Rational; the kernel computes with Integers only"
    help = "use an Integer and scale it, e.g. `x * 2 / 3`"


class ComplexLiteral(Diagnostic):
    code = "complex"
    title = "`{text}` is a Complex number; the kernel computes with Integers only"
    help = "use Integers"


class RegexLiteral(Diagnostic):
    code = "regex"
    title = "`{text}` is a regular expression; nothing matches those inside the kernel"
    help = 'compare with `==`, `start_with?`, `end_with?` or `include?`, e.g. `comm.start_with?("ssh")`'


class Subshell(Diagnostic):
    code = "backticks"
    title = "`{text}` runs a command; a kernel program cannot start processes"
    help = "run it in the user half, outside probes and the methods they call"


class InstanceVariable(Diagnostic):
    code = "instance-variable"
    title = "`{text}` is an instance variable; a probe has no object to keep it in"
    help = "use a global, which both halves see: `${bare}`"


class FieldVariable(Diagnostic):
    code = "instance-variable"
    title = "`{text}` is an instance variable; a struct keeps its values in its attrs"
    help = "write `{bare}` to read the field, and `self.{bare} = …` to set it"


class ClassVariable(Diagnostic):
    code = "class-variable"
    title = "`{text}` is a class variable; a probe has no class to keep it in"
    help = "use a global, which both halves see: `${bare}`"


class SelfWord(Diagnostic):
    code = "self"
    title = "`self` has no meaning here: a probe and the methods it calls belong to no object"
    help = "call methods by their name alone, e.g. `helper(x)` for `self.helper(x)`"


class SuperCall(Diagnostic):
    code = "super"
    title = "`super` calls a method of a parent class; classes of the kernel half have none"
    help = "call the method that you mean by its name"


class HashLiteral(Diagnostic):
    code = "hash-literal"
    title = "a Hash cannot be built inside the kernel"
    help = (
        "to count or to keep something declare a map at the top level, `COUNTS = hash default: 0`; to look something up write "
        "`case x when 1 then \"one\" … end`"
    )


class LambdaLiteral(Diagnostic):
    code = "lambda"
    title = "`{text}` makes a lambda; the kernel half has no callable objects"
    help = "write a method, `def name(x) … end`, and call it by its name; a method runs the block of its call by `yield`"


class ProcCall(Diagnostic):
    code = "proc-call"
    title = "`.()` calls a callable object; the kernel half has none"
    help = "write a method, `def name(x) … end`, and call it by its name"


class SplatArgument(Diagnostic):
    code = "splat"
    title = "`{text}` passes an array of unknown size as arguments"
    help = "write the arguments one by one, or a list that is a constant: `LIST = %w[a b]`, `*LIST`"


class HashSplatArgument(Diagnostic):
    code = "hash-splat"
    title = "`{text}` passes a Hash as keyword arguments"
    help = "write the arguments one by one, e.g. `name: value`"


class ForwardArguments(Diagnostic):
    code = "forward-arguments"
    title = "`...` forwards arguments of unknown number"
    help = "write the arguments one by one"


class BlockArgument(Diagnostic):
    code = "block-argument"
    title = "`{text}` passes a callable object as a block"
    help = "write the block, e.g. `{{ |x| x.succ }}`"


class EarlyBlock(Diagnostic):
    code = "early-block"
    title = "`{name}` is not there while the defaults of parameters are computed"
    help = "Ruby does not know the name there either: run the block in the method's body"


class SplatParameter(Diagnostic):
    code = "splat-parameter"
    title = "`{text}` takes any number of arguments"
    help = "name each parameter; optional ones may have a default, e.g. `def f(a, b = 0)`"


class BlockObject(Diagnostic):
    code = "block-object"
    title = "`{name}` is the block that the method was called with; the kernel half has no objects that can be called"
    help = "run it, `{name}.call(…)` or `yield …`, hand it on, `other(&{name})`, or ask whether it is there, `if {name}`"


class BlockParameterKind(Diagnostic):
    code = "block-parameter-kind"
    title = "a block cannot have the parameter `{text}` here"
    help = "write names alone, e.g. `|key, value|`"


class NumberedParameter(Diagnostic):
    code = "numbered-parameter"
    title = "`{text}` is no parameter here: numbered ones, `_1` to `_9`, are those of a block without parameters of its own"
    help = "name it: `{{ |x| … }}`"


class YieldOutside(Diagnostic):
    code = "yield-outside"
    title = "`yield` runs the block that a method was called with, and this is in no method"
    help = "write what is to run here, or put this into a method: `def name … yield … end`"


class YieldKeyword(Diagnostic):
    code = "yield-keyword"
    title = "`{text}` gives the block more than plain values"
    help = "give values alone, in the order of the block's parameters"


class Rescue(Diagnostic):
    code = "rescue"
    title = "`rescue` handles exceptions; nothing raises inside the kernel"
    help = "test the result instead: a helper that fails gives a negative Integer, a map without the key gives nil"


class Ensure(Diagnostic):
    code = "ensure"
    title = "`ensure` needs exceptions; nothing raises inside the kernel"
    help = "write what is to happen on each way out, before its `return` or `next`"


class BeginElse(Diagnostic):
    code = "begin-else"
    title = "`else` of a `begin` or `def` needs `rescue`; nothing raises inside the kernel"
    help = "leave it out; to choose between two values write `x = a == b ? 1 : 2`"


class Redo(Diagnostic):
    code = "redo"
    title = "`redo` is not in the language"
    help = "test again inside the loop, e.g. with an inner `while`"


class Retry(Diagnostic):
    code = "retry"
    title = "`retry` needs exceptions; nothing raises inside the kernel"
    help = "use a `while` loop around what is to be tried"


class DefinedQuestion(Diagnostic):
    code = "defined"
    title = "`defined?` asks Ruby's interpreter, which the kernel does not have"
    help = "ask for what may be missing by `field?`, `type?` or `.nil?`"


class AliasWord(Diagnostic):
    code = "alias"
    title = "`alias` renames methods while a program runs"
    help = "write a method that calls the other: `def new_name(x) = old_name(x)`"


class UndefWord(Diagnostic):
    code = "undef"
    title = "`undef` removes methods while a program runs"
    help = "leave the method out"


class NestedDef(Diagnostic):
    code = "nested-def"
    title = "a method cannot be defined inside a probe or method: `{text}`"
    help = "move the `def` to the top level"


class SingletonMethod(Diagnostic):
    code = "singleton-method"
    title = "`{text}` defines a method of one object; the kernel half has none"
    help = "define a plain method at the top level: `def {name}`"


class ClassInside(Diagnostic):
    code = "class-inside"
    title = "a class cannot be defined inside a probe or method"
    help = "move the class to the top level"


class ModuleWord(Diagnostic):
    code = "module"
    title = "`module` has no meaning in the kernel half"
    help = "define plain methods and constants at the top level"


class SingletonClass(Diagnostic):
    code = "singleton-class"
    title = "`class << …` opens the class of one object; the kernel half has none"
    help = "define plain methods at the top level"


class BeginBlock(Diagnostic):
    code = "begin-block"
    title = "`BEGIN {{ }}` belongs to the interpreter"
    help = "write the statements where they are to run"


class EndBlock(Diagnostic):
    code = "end-block"
    title = "`END {{ }}` belongs to the interpreter"
    help = "use `at_exit {{ }}` in the user half"


class PatternMatch(Diagnostic):
    code = "pattern-match"
    title = "pattern matching (`{text}`) is not in the language of the kernel half"
    help = "use `case … when`, or compare the fields that you mean"


class FlipFlop(Diagnostic):
    code = "flip-flop"
    title = "`{text}` as a condition is a flip-flop, which remembers the last run"
    help = "ask whether a value lies in the range: `({text}).include?(x)`"


class RegexMatch(Diagnostic):
    code = "regex-match"
    title = "`{text}` matches a regular expression; nothing matches those inside the kernel"
    help = "compare with `==`, `start_with?`, `end_with?` or `include?`"


class EncodingWord(Diagnostic):
    code = "encoding-word"
    title = "`__ENCODING__` is an object of the interpreter"
    help = "leave it out: strings are bytes in the kernel half"


class MultipleValues(Diagnostic):
    code = "multiple-values"
    title = "`{word}` with several values makes an Array at run time"
    help = "give one value back; put the others into a `$global` or a map"


class AssignSplat(Diagnostic):
    code = "assign-splat"
    title = "`{text}` collects an unknown number of values"
    help = "write one variable for each value"


class AssignUnknown(Diagnostic):
    code = "assign-unknown"
    title = "`{text}` is taken apart into {targets} variables, but is not a list of that size here"
    help = "write the values one by one: `a, b = x, y`; `a.divmod(b)` may stand alone"


class ConstantInside(Diagnostic):
    code = "constant-inside"
    title = "the constant `{name}` is assigned where the program runs"
    help = "assign constants at the top level; here use a local variable, e.g. `{lower}`"


class ConstantTwice(Diagnostic):
    code = "constant-twice"
    title = "the constant `{name}` is assigned twice, and a probe uses it"
    help = "give each value a name of its own"


class GlobalOrAssign(Diagnostic):
    code = "global-or-assign"
    title = "`${name} {op}=` tests and then writes; another run of the probe can come between"
    help = "give the global its first value at the top level: `${name} = 0`"


class GlobalValue(Diagnostic):
    code = "global-type"
    title = "a program uses `${name}`, and this is nothing that it can begin with"
    help = "give it a literal: a number, text, `[0] * 16`, or a struct of such: `Conf.new(limit: 5)`"


class GlobalCollection(Diagnostic):
    code = "global-type"
    title = "a program uses `${name}`, and {what} cannot grow inside the kernel"
    help = "declare a map: `{upper} = hash default: 0`{array}"


class AsciiName(Diagnostic):
    code = "ascii-name"
    title = "`{name}` is a name in the object too, where the kernel takes the letters a to z, digits and `_` only"
    help = "write it in these: local variables and methods may have any letters, maps, globals, options and structs may not"


class LongName(Diagnostic):
    code = "long-name"
    title = "`{name}` is a name in the object too, where names have at most {most} letters"
    help = "write a shorter one"


class SpecialGlobal(Diagnostic):
    code = "special-global"
    title = "`{text}` is a variable of Ruby's interpreter, which the kernel does not have"
    help = "use a global of your own, e.g. `$count`"


class BreakFromProbe(Diagnostic):
    code = "break-from-probe"
    title = "`break` would leave the call `{hook}`, which has long returned when the probe runs"
    help = "leave the probe by `next` or `return`"


class UserLocal(Diagnostic):
    code = "user-local"
    title = "`{name}` is a local variable of the user half; the kernel cannot see it"
    help = (
        "make it a global (`${name} = 0`), a constant (`{upper} = 5`), an option, or instead of a Hash a map, "
        "`{upper} = hash default: 0`"
    )


class ListWithoutSplat(Diagnostic):
    code = "list-without-splat"
    title = "`when {text}` asks whether the value is that whole list"
    help = "ask for each of its elements: `when *{text}`"


class WhenSplat(Diagnostic):
    code = "when-splat"
    title = "`{text}` must be a list known when the program is compiled"
    help = "name a constant list: `PORTS = [80, 443]`, then `when *PORTS`"


class ForTargets(Diagnostic):
    code = "for-targets"
    title = "`for` with several variables takes apart arrays, which the kernel half has none of"
    help = "use one variable"


class DynamicSymbol(Diagnostic):
    code = "dynamic-symbol"
    title = "`{text}` makes a symbol while the program runs"
    help = "write the symbol, or choose one with `case`"


class ExceptionWord(Diagnostic):
    code = "exception"
    title = "`{name}` needs exceptions; nothing raises inside the kernel"
    help = "leave the probe early with `next` or `return`, or give back a value that says what failed"


class CatchThrow(Diagnostic):
    code = "catch-throw"
    title = "`{name}` unwinds calls while the program runs, which the kernel cannot"
    help = "leave with `break`, `next` or `return`"


class LambdaWord(Diagnostic):
    code = "lambda-word"
    title = "`{name}` makes a callable object; the kernel half has none"
    help = "write a method, `def name(x) … end`, and call it by its name"


class EvalWord(Diagnostic):
    code = "eval"
    title = "`{name}` runs code made at run time; a kernel program is checked before it is loaded"
    help = "write the code itself"


class SendWord(Diagnostic):
    code = "send"
    title = "`{name}` calls a method whose name is found at run time"
    help = "call the method by its name, or choose with `case`"


class ReflectionWord(Diagnostic):
    code = "reflection"
    title = "`{name}` asks Ruby's interpreter, which the kernel does not have"
    help = "use values that you know when you write the program"


class ProcessWord(Diagnostic):
    code = "process"
    title = "`{name}` belongs to user space; a kernel program cannot do it"
    help = "do it in the user half, outside probes and the methods they call"


class WarnWord(Diagnostic):
    code = "process"
    title = "`{name}` belongs to user space; a kernel program has one output only"
    help = "write `puts`"


class RandomWord(Diagnostic):
    code = "process"
    title = "`{name}` belongs to user space; a kernel program cannot do it"
    help = "inside a probe `random` gives a number of 32 bits: `random % 10`"


class FormatWord(Diagnostic):
    code = "format-word"
    title = "`{name}` makes a String of unknown size at run time"
    help = 'print it at once: `puts "… #{{x}}"`, or `printf`'


class ObjectWord(Diagnostic):
    code = "object-word"
    title = "`{name}` makes or changes an object at run time, which the kernel half cannot"
    help = "work on Integers, booleans and bounded strings"


class ConvertWord(Diagnostic):
    code = "convert-word"
    title = "`{name}` makes {what}, which the kernel half does not have"
    help = "{advice}"


class DeclarationPlace(Diagnostic):
    code = "declaration-place"
    title = "`{name}` declares something for the kernel and must stand at the top level, outside conditions, loops and methods"
    help = "move it to the top level; a hook takes several targets at once, e.g. `kprobe \"one\", \"other\" do … end`"

    @property
    def help_text(self) -> str:
        return "move it to the top level" if self.values["name"].endswith("!") else super().help_text


class MapBlock(Diagnostic):
    code = "map-block"
    title = "`{word}` declares a map and takes no block"
    help = "give what a missing key is worth by `default:`, e.g. `hash(default: 0)`"


class MapKeyword(Diagnostic):
    code = "map-keyword"
    title = "`{name}:` has no value behind it"
    help = "write the value: `{name}: 64`"


class HookWithoutBlock(Diagnostic):
    code = "hook-without-block"
    title = "`{name}` is a hook, but no block follows"
    help = "write what is to run: `{name}{args} do … end`"


class HookBlockArgument(Diagnostic):
    code = "hook-block-argument"
    title = "`{name}` takes its block in place; `{text}` passes an object"
    help = "write the block in place: `{name} … do … end`"


class LicenseText(Diagnostic):
    code = "license-text"
    title = "`{name}` takes the name of a licence as a plain string"
    help = 'write e.g. `{name} "GPL"`'


class LicenseTwice(Diagnostic):
    code = "license-twice"
    title = "the licence is given twice"
    help = "keep one of the two"


class SectionText(Diagnostic):
    code = "section-text"
    title = "`section!` takes the name of a section as a plain string"
    help = 'write e.g. `section! "cgroup/dev"`'


class SectionAlone(Diagnostic):
    code = "section-alone"
    title = "no method follows this `section!`"
    help = "write the program behind it: `def prog(ctx) … end`"


class SectionTwice(Diagnostic):
    code = "section-twice"
    title = "another `section!` comes before the `def` that this one is for"
    help = "write the program of this section first, or leave one of them out"


class StructOps(Diagnostic):
    code = "unsupported-hook"
    title = "the hook `struct_ops` is not supported"
    help = "use another one; `rucy hooks` says which are supported"


class UnknownHook(Diagnostic):
    code = "unknown-hook"
    title = "`{name}` is no hook and no other word of the language"
    help = "{advice}"


class ReservedName(Diagnostic):
    code = "reserved-name"
    title = "a method cannot be named `{name}`: the language has a word of that name"
    help = "choose another name, e.g. `my_{name}`"


class MethodTwice(Diagnostic):
    code = "method-twice"
    title = "the method `{name}` is defined twice"
    help = "rename one of them, or leave it out"


class StructTwice(Diagnostic):
    code = "struct-twice"
    title = "the struct `{name}` is defined twice"
    help = "rename one of them: each struct lists all its attrs in one class"


class AttrType(Diagnostic):
    code = "attr-type"
    title = "`{text}` is not a type that an attr can have"
    help = "use a storage type (`:u32`), an array of one (`[:char, 16]`), or a struct's name"

    @property
    def help_text(self) -> str:
        from rucy.lang.errors.maps import meant_type

        return meant_type(str(self.values["text"])) or super().help_text


class AttrForeign(Diagnostic):
    code = "attr-type"
    title = "`{text}` is nothing that an attr can hold: a program here keeps no objects beside those in its maps"
    help = (
        "keep structs in a `hash`, `queue` or `arena`; attrs that the kernel itself works on are `:spin_lock`, for `lock`, and "
        "`:timer`, for `after`"
    )


class AttrTwice(Diagnostic):
    code = "attr-twice"
    title = "the struct `{struct}` has two attrs named `{name}`"
    help = "rename one of them"


class AttrForm(Diagnostic):
    code = "attr-form"
    title = "`attr` takes a name and a type here"
    help = "write e.g. `attr :pid, :u32`"


class AttrMissingType(Diagnostic):
    code = "attr-without-type"
    title = "the attr `{name}` of the struct `{struct}` has no type"
    help = "give it one, e.g. `attr :{name}, :u32`"


class StructBody(Diagnostic):
    code = "struct-body"
    title = "a struct holds attrs and methods only; `{text}` is neither"
    help = "move it out of the class"


class TwoContexts(Diagnostic):
    code = "two-contexts"
    title = "both `{first}` and `{second}` stand before the method of this `section!`; only one can be its context"
    help = "keep one, or use the other by its name"


class StructParent(Diagnostic):
    code = "struct-parent"
    title = "a struct has no parent class"
    help = "write `class {name}` and repeat the attrs"


class JumpOutside(Diagnostic):
    code = "jump-outside"
    title = "`{word}` has no loop or block around it that it could leave"
    help = "leave the method with `return`"


class ClampExclusive(Diagnostic):
    code = "clamp-exclusive"
    title = "`clamp` takes no range that leaves its end out"
    help = "write the greatest value itself: `clamp({low}..{high} - 1)`"


class DivmodAlone(Diagnostic):
    code = "divmod-alone"
    title = "`divmod` gives two numbers, which must be assigned at once"
    help = "write `q, r = a.divmod(b)`, or use `/` or `%` alone"


class ArrayAtRunTime(Diagnostic):
    code = "array-at-run-time"
    title = "`{name}` makes an Array at run time, which the kernel half cannot hold"
    help = "use its elements at once: `sum {{ }}`, `count {{ }}`, `any? {{ }}`, or `each`"


class ChainOrder(Diagnostic):
    code = "chain-order"
    title = "the block of `{name}` changes or prints something, which this chain would do at other times than Ruby"
    help = "each element goes through the whole chain at once: write `each`, with all of it in one block"


class WalkValue(Diagnostic):
    code = "walk-value"
    title = "`{name}` gives the list itself when it has come to its end, and no program can hold a list"
    help = "use `find {{ … }}`, `index {{ … }}` or `any? {{ … }}`, or assign a variable in the block"


class Fold(Diagnostic):
    code = "fold"
    title = "`{name}` of a list is not there in the kernel half"
    help = "use `sum {{ … }}`, `count {{ … }}`, `min` or `max`, or change a variable in the block of `each`"


class Ambiguous(Diagnostic):
    code = "ambiguous-blanks"
    title = (
        "too many operators in this file have a blank before them and none behind (`x /2`, `x %(3)`) to tell them from arguments"
    )
    help = "write blanks on both sides of them"


class JumpOperator(Diagnostic):
    code = "jump-operator"
    title = "`{op}` behind `{word}` begins the value that it gives back, although a blank follows"
    help = "put the value into parentheses: `{word} (…)`"


class OptionBlock(Diagnostic):
    code = "option-block"
    title = "`option` declares an option and takes no block"
    help = "give the value that it has unless it is given by `default:`"


class OptionPlace(Diagnostic):
    code = "option-place"
    title = "an option is declared by assigning it to a constant at the top level"
    help = "write it there: `NAME = {text}`"
