"""What differs between the machines that a program may run on: registers of a probed function, system call wrappers.

Offsets are into struct pt_regs of arch/x86/include/asm/ptrace.h and struct user_pt_regs of
arch/arm64/include/uapi/asm/ptrace.h (the first member of that machine's pt_regs); `pt_regs` is the type of a kprobe's
first argument, bpf_user_pt_regs_t of each arch's asm/bpf_perf_event.h. Argument registers follow the kernel's own calling
convention, system call arguments the PT_REGS_PARMn_CORE_SYSCALL of libbpf's bpf_tracing.h. `syscall_prefix` is what
SYSCALL_DEFINEx of arch/*/include/asm/syscall_wrapper.h puts before the name; its only parameter is a struct pt_regs *.
`machine` is e_machine of <linux/elf-em.h>.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Register(NamedTuple):
    """One register as a member of pt_regs, `offset` in bytes; each is 8 bytes wide."""

    name: str
    offset: int


class Arch(NamedTuple):
    """One machine. `args`, `syscall_args`: registers of the arguments in order; `result`: of the return value."""

    name: str
    pt_regs: str
    pt_regs_size: int
    args: tuple[Register, ...]
    syscall_args: tuple[Register, ...]
    result: Register
    stack: Register
    ip: Register
    syscall_prefix: str
    compat_prefix: str
    machine: int


_R = Register

X86_64 = Arch(
    name="x86_64",
    pt_regs="pt_regs",
    pt_regs_size=168,
    args=(_R("di", 112), _R("si", 104), _R("dx", 96), _R("cx", 88), _R("r8", 72), _R("r9", 64)),
    syscall_args=(_R("di", 112), _R("si", 104), _R("dx", 96), _R("r10", 56), _R("r8", 72), _R("r9", 64)),
    result=_R("ax", 80),
    stack=_R("sp", 152),
    ip=_R("ip", 128),
    syscall_prefix="__x64_sys_",
    compat_prefix="__ia32_compat_sys_",
    machine=62,
)

AARCH64 = Arch(
    name="aarch64",
    pt_regs="user_pt_regs",
    pt_regs_size=272,
    args=tuple(_R(f"regs[{n}]", 8 * n) for n in range(8)),
    syscall_args=(_R("orig_x0", 272), *(_R(f"regs[{n}]", 8 * n) for n in range(1, 6))),
    result=_R("regs[0]", 0),
    stack=_R("sp", 248),
    ip=_R("pc", 256),
    syscall_prefix="__arm64_sys_",
    compat_prefix="__arm64_compat_sys_",
    machine=183,
)

TARGETS: dict[str, Arch] = {row.name: row for row in (X86_64, AARCH64)}
