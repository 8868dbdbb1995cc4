"""What is said of names in the user half that its runtime does not have."""

from __future__ import annotations

from rucy.source import Diagnostic


class UserName(Diagnostic):
    code = "user-name"
    title = "`{name}` is no local variable and no method of the user half"
    help = "{advice}"


class UserLocalOutside(Diagnostic):
    code = "user-local"
    title = "`{name}` is a local variable of the top level; a method cannot see it"
    help = "give it to the method as an argument, or make it a global (`${name} = 0`) or a constant (`{upper} = 5`)"


class UserNameOfKernel(Diagnostic):
    code = "user-name"
    title = "`{name}` is a word of the kernel half; the user half does not have it"
    help = "{advice}"


class UserMethod(Diagnostic):
    code = "user-method"
    title = "no object of the user half has a method `{name}`"
    help = "{advice}"


class UserModuleMethod(Diagnostic):
    code = "user-method"
    title = "`{owner}` of the user half has no method `{name}`"
    help = "{advice}"


class UserProbe(Diagnostic):
    code = "user-probe"
    title = "`{word}`: the program has no probe `{name}`"
    help = "{advice}"


class UserNumber(Diagnostic):
    code = "user-number"
    title = "`{text}` is {kind}; the user half has none"
    help = "use Integers and Floats"


class UserConstant(Diagnostic):
    code = "user-constant"
    title = "the user half has no constant `{name}`"
    help = "{advice}"


class UserRegexp(Diagnostic):
    code = "user-regexp"
    title = "`{text}` is a regular expression; the user half has none"
    help = 'take text apart with `start_with?`, `end_with?`, `include?`, `index`, `split(",")`, `sub("a", "b")` or `tr`'


class UserGlobal(Diagnostic):
    code = "user-global"
    title = "`{name}` of Ruby is not there in the user half, where it is always nil"
    help = "{advice}"


class UserLibrary(Diagnostic):
    code = "user-library"
    title = "the library `{name}` is not there in the user half: a tool is one file"
    help = "{advice}"
