"""Words that ask the kernel that loads the object: its version, its configuration, its symbols, its per-CPU variables.

Each becomes an external variable of the object, which the loader fills in or finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.lang import tree, typed
from rucy.lang.checker.infer import settled
from rucy.lang.checker.ints import untested
from rucy.lang.checker.kernel_types import scalar, unqualified
from rucy.lang.checker.state import bad, may_be_nil
from rucy.lang.types import BOOL, S64, U64, IntType, OptType, PtrType, StrType

if TYPE_CHECKING:
    from rucy.lang.checker.state import Checker

_TEXT = 64  # bytes of a configured string


def kernel_version(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`kernel_version`, or with numbers the constant that stands for a version: KERNEL_VERSION of linux/version.h."""
    if not node.args:
        return typed.Extern(node.span, U64, "LINUX_KERNEL_VERSION", ".kconfig", "int")
    parts = [ck.value(arg) for arg in node.args]
    numbers = [part.value for part in parts if isinstance(part, typed.Int)]
    if len(numbers) != len(parts) or not 2 <= len(parts) <= 3 or not all(0 <= n < 256 for n in numbers):
        return ck.say("KernelVersion", node.span) if all(settled(part.type) for part in parts) else bad(node.span)
    major, minor, patch = (*numbers, 0)[:3]
    return typed.Int(node.span, U64, major << 16 | minor << 8 | patch)


def kconfig(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`kconfig(:HZ)`, `kconfig(:PREEMPT, :bool)`, `kconfig(:DEFAULT_HOSTNAME, :string)`."""
    words = [arg.name for arg in node.args if isinstance(arg, tree.Sym)]
    if len(words) != len(node.args) or not 1 <= len(words) <= 2 or words[1:] not in ([], ["bool"], ["string"]):
        return ck.say("Kconfig", node.span)
    name = "CONFIG_" + words[0].removeprefix("CONFIG_")
    match words[1:]:
        case ["bool"]:
            return typed.Extern(node.span, BOOL, name, ".kconfig", "char")
        case ["string"]:
            return typed.Extern(node.span, StrType(_TEXT), name, ".kconfig", "text")
    return typed.Extern(node.span, S64, name, ".kconfig", "i64")


def ksym(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`ksym(:name)`: the address of a function or variable of the kernel."""
    if len(node.args) != 1 or not isinstance(node.args[0], tree.Sym):
        return ck.say("Ksym", node.span, word="ksym")
    return typed.Extern(node.span, PtrType(0, False, False), node.args[0].name, ".ksyms", "void")


def per_cpu(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`per_cpu(:runqueues, cpu)`: a CPU's own copy of a variable, nil where there is no such CPU."""
    if len(node.args) != 2 or not isinstance(node.args[0], tree.Sym):
        return ck.say("Ksym", node.span, word="per_cpu")
    name, cpu = node.args[0].name, ck.value(node.args[1])
    if not settled(cpu.type):
        return cpu
    if not isinstance(cpu.type, IntType) or cpu.type.net:
        return untested(ck, cpu) if may_be_nil(cpu.type) else ck.say("IndexType", cpu.span, have=ck.called(cpu.type))
    from rucy.lang.checker import helper_calls

    row = helper_calls.find("per_cpu_ptr")
    btf = ck.btf()
    variable = btf.find(name, ("var",))
    if variable is None:
        from rucy.lang.checker.suggest import did_you_mean

        known = [btf.name(i) for i in range(1, btf.end_id) if btf.kind(i) == "var"]
        return ck.say("NoPerCpu", node.args[0].span, name=name, suggestion=did_you_mean(name, known))
    if row is None or not helper_calls.allowed(ck, node, row):
        return bad(node.span)
    type_id = unqualified(btf, getattr(btf.type(variable), "type_id", 0))
    found = scalar(ck, type_id, False)
    if found is not None:
        type_ = found[0] if isinstance(found[0], PtrType) else OptType(found[0])
        return typed.PerCpu(node.span, type_, name, type_id, cpu, found[1], found[2])
    if btf.kind(btf.strip(type_id)) not in ("struct", "union"):
        return ck.say("PerCpuArray", node.args[0].span, name=name)
    return typed.PerCpu(node.span, PtrType(type_id, True, True), name, type_id, cpu, 0, False)


def signal(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`signal 9`, `signal :KILL`: to the running process."""
    from rucy.kernel.constants import SIGNALS
    from rucy.lang.checker import helper_calls
    from rucy.lang.checker.words import arity

    if not arity(ck, node, 1):
        return bad(node.span)
    arg = node.args[0]
    if isinstance(arg, tree.Sym):
        number = SIGNALS.get(arg.name.removeprefix("SIG"))
        if number is None:
            from rucy.lang.checker.suggest import did_you_mean

            return ck.say("NoSignal", arg.span, name=arg.name, suggestion=did_you_mean(arg.name, SIGNALS))
        arg = tree.Int(arg.span, number)
    row = helper_calls.find("send_signal")
    assert row is not None
    return helper_calls.call(ck, tree.Send(node.span, None, node.name, (arg,), (), None, False, node.name_span), row)


def override_return(ck: Checker, node: tree.Send, used: bool) -> typed.Node:
    """`override_return -EPERM` in a kprobe: the function does not run and gives this."""
    from rucy.lang.checker import helper_calls

    if ck.site.hook is not None and ck.site.hook.word != "kprobe":
        return ck.say("OverrideHere", node.name_span, hook=ck.site.hook.word)
    row = helper_calls.find("override_return")
    assert row is not None
    return helper_calls.call(ck, node, row)
