"""Options: their declarations."""

from __future__ import annotations

from rucy.source import Diagnostic


class OptionForm(Diagnostic):
    code = "option-form"
    title = "`{text}` declares no option: it takes a name and a type"
    help = "write `{constant} = option :{name}, :u32`, and behind it `default:`, `short:`, `desc:` as you need them"


class OptionName(Diagnostic):
    code = "option-name"
    title = "`{text}` is no name of an option"
    help = "use letters, digits and `_`, a letter first, e.g. `:max_size` for `--max-size`"


class OptionReserved(Diagnostic):
    code = "option-reserved"
    title = "`--{name}` is there already in every program, and says what the others are"
    help = "give the option another name"


class OptionType(Diagnostic):
    code = "option-type"
    title = "`{text}` is no type of an option{suggestion}"
    help = "the types are {known}"


class OptionTwice(Diagnostic):
    code = "option-twice"
    title = "two options are called `{name}`"
    help = "give one of them another name or letter"


class OptionKeyword(Diagnostic):
    code = "option-keyword"
    title = "`option` takes no `{name}:`{suggestion}"
    help = "it takes `default:`, `short:` and `desc:`"


class OptionKeywordTwice(Diagnostic):
    code = "option-keyword-twice"
    title = "`{word}:` stands there twice"
    help = "leave one of them out"


class OptionShort(Diagnostic):
    code = "option-short"
    title = "`{text}` is no letter for the command line"
    help = 'give one letter or digit, e.g. `short: "p"` for `-p`'


class OptionDescription(Diagnostic):
    code = "option-description"
    title = "`{text}` is not the text of one line that says what the option does"
    help = 'write `desc: "only this port"`'


class OptionDefault(Diagnostic):
    code = "option-default"
    title = "`{text}` is no value of an option of type :{type}"
    help = "write a literal or a constant of one, e.g. `default: {example}`; without `default:` it is nil unless it is given"


class OptionDefaultRange(Diagnostic):
    code = "option-default-range"
    title = "{default} does not fit into an option of type :{type}"
    help = "take another number, or a wider type"


class OptionDefaultText(Diagnostic):
    code = "option-default-text"
    title = "the text of an option has at most {size} bytes, and no NUL"
    help = "write a shorter one"


class OptionInside(Diagnostic):
    code = "option-place"
    title = "an option is declared by assigning it to a constant at the top level"
    help = "write it there: `NAME = {text}`"


class ComputedKind(Diagnostic):
    code = "computed-kind"
    title = "only the user half can compute `{name}`, and `{text}` may be of any class, or nil"
    help = "say which: end it in `.to_i` or `.to_s`, or compare it with `==`"


class ComputedUnset(Diagnostic):
    code = "computed-unset"
    severity = "warning"
    title = "only the user half can compute `{name}`: until it does, `{name}` is {value} in the kernel half"
    help = "where the command line gives it, declare an option: `{name} = option :{option}, :{type}`"
