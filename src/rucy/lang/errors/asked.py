"""What is asked of the kernel that loads the object: version, configuration, symbols, kernel functions."""

from __future__ import annotations

from rucy.source import Diagnostic


class KernelVersion(Diagnostic):
    code = "kernel-version"
    title = "`kernel_version` takes nothing, or two or three constant numbers below 256"
    help = "write `kernel_version >= kernel_version(5, 15)`"


class Kconfig(Diagnostic):
    code = "kconfig"
    title = "`kconfig` takes the option's name as a symbol, and its kind where it is no number"
    help = "write `kconfig(:HZ)`, `kconfig(:PREEMPT, :bool)` or `kconfig(:DEFAULT_HOSTNAME, :string)`"


class Ksym(Diagnostic):
    code = "ksym"
    title = "`{word}` takes the name of a symbol of the kernel as a symbol"
    help = "write `ksym(:init_task)`, `per_cpu(:runqueues, cpu)`"


class NoPerCpu(Diagnostic):
    code = "no-per-cpu"
    title = "the kernel has no per-CPU variable `{name}`{suggestion}"
    help = "per-CPU variables are the `VAR`s that `bpftool btf dump file /sys/kernel/btf/vmlinux` lists"


class PerCpuArray(Diagnostic):
    code = "per-cpu-array"
    title = "`{name}` is an array, which `per_cpu` does not take"
    help = "use a variable that is a struct, a pointer or a number"


class NoSignal(Diagnostic):
    code = "no-signal"
    title = "there is no signal `:{name}`{suggestion}"
    help = "write `:KILL`, `:TERM`, `:STOP` or a number"


class OverrideHere(Diagnostic):
    code = "override-here"
    title = "`override_return` works in `kprobe` only, and this is `{hook}`"
    help = "put a `kprobe` on the function; it must be one that the kernel lets fail (ALLOW_ERROR_INJECTION)"


class NoKfunc(Diagnostic):
    code = "no-kfunc"
    title = "the kernel compiled against has no `{name}`, which came with Linux {since}"
    help = "compile against a kernel that has it: `--btf FILE`"


class Untrusted(Diagnostic):
    code = "untrusted"
    title = "`{name}` takes an object that is known to live, and `{text}` may be gone"
    help = "give it an argument of `tp_btf`, `get_current_task_btf`, or what another kernel function has acquired"


class StackMap(Diagnostic):
    code = "stack-map"
    title = "`{word}` keeps the stack in a map of stacks, and this is none"
    help = "write `{word}`, or name one: {known}"


class WhichStacks(Diagnostic):
    code = "stack-map"
    title = "`{word}` keeps the stack in a map of stacks, and there are several: {known}"
    help = "name one: `{word}({first})`"
