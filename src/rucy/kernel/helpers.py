"""Helpers: every function of include/uapi/linux/bpf.h that a program may call by number.

Scraped into `_generated/helpers`: ids and signatures from the uapi header, argument classes, licence and effects from the
kernel's struct bpf_func_proto initialisers, program types from its `*_func_proto()` switches. This module makes rows of
that text, one at a time and only when asked.

Classes are the kernel's names. A result's lacks `RET_` ("INTEGER", "VOID", "PTR_TO_MAP_VALUE_OR_NULL"); an argument's lacks
`ARG_PTR_TO_` or `ARG_` ("CTX", "CONST_MAP_PTR", "MAP_KEY", "MAP_VALUE_OR_NULL", "MEM", "ANYTHING", "CONST_SIZE_OR_ZERO",
"CONST_STR", "BTF_ID_SOCK_COMMON"), except that PTR_TO_BTF_ID, PTR_TO_STACK and PTR_TO_FUNC keep it. After it may stand
    :task_struct   the kernel type of a PTR_TO_BTF_ID,
    =8             the size that a FIXED_SIZE_MEM must have,
    |RDONLY |UNINIT |WRITE |ALIGNED  MEM_RDONLY, MEM_UNINIT (the helper fills it), MEM_WRITE (it changes it), MEM_ALIGNED,
    |RELEASE |LOCAL |RINGBUF         OBJ_RELEASE, DYNPTR_TYPE_LOCAL, DYNPTR_TYPE_RINGBUF.
PTR_MAYBE_NULL is always written `_OR_NULL`. A size belongs to the memory argument before it. Spellings are Linux 6.12's,
strictness that of the strictest scraped kernel.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Helper(NamedTuple):
    """One helper; `name` has no `bpf_`.

    program_types: names of `progtypes` rows that may call it on the newest kernel; `later` has those that got it after
                   helper and type both existed, with the release ("CGROUP_DEVICE", "6.1").
    signature:     the uapi line; it ends in "..." where up to three more scalars may follow (args do not show them).
    variants:      what differs between program types: (types, ret, args); a type not named there has `ret` and `args`.
    """

    id: int
    name: str
    ret: str
    args: tuple[str, ...]
    arg_names: tuple[str, ...]
    gpl: bool
    since: str
    program_types: tuple[str, ...]
    changes_packet: bool
    acquires: bool
    releases: bool
    may_sleep: bool
    signature: str
    later: tuple[tuple[str, str], ...]
    variants: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]


# Helpers that a program type has with some attach types only: the conditions in the `*_func_proto()` switches, and
# bpf_prog_has_trampoline in kernel/bpf/trampoline.c. "NAME@6.1": that attach type has it from that release on.
_CONNECT = ("BPF_CGROUP_INET4_CONNECT", "BPF_CGROUP_INET6_CONNECT")
_ASKED = (*_CONNECT, "BPF_CGROUP_UNIX_CONNECT", "BPF_CGROUP_INET4_BIND", "BPF_CGROUP_INET6_BIND",
          "BPF_CGROUP_UDP4_SENDMSG", "BPF_CGROUP_UDP6_SENDMSG", "BPF_CGROUP_UNIX_SENDMSG")  # fmt: skip
_NAMED = ("BPF_CGROUP_INET4_BIND", "BPF_CGROUP_INET6_BIND", "BPF_CGROUP_UDP4_SENDMSG", "BPF_CGROUP_UDP6_SENDMSG",
          "BPF_CGROUP_UDP4_RECVMSG", "BPF_CGROUP_UDP6_RECVMSG", "BPF_CGROUP_INET4_GETPEERNAME",
          "BPF_CGROUP_INET6_GETPEERNAME", "BPF_CGROUP_INET4_GETSOCKNAME", "BPF_CGROUP_INET6_GETSOCKNAME")  # fmt: skip
_OPTIONS = (*_CONNECT, *(f"{name}@6.1" for name in _NAMED))
_LSM = ("BPF_LSM_MAC",)
_TRAMPOLINE = ("BPF_TRACE_FENTRY", "BPF_TRACE_FEXIT", "BPF_MODIFY_RETURN")
# fmt: off
ONLY: dict[tuple[str, str], tuple[str, ...]] = {
    # program type       helper               attach types
    ("CGROUP_SOCK_ADDR", "bind"):             _CONNECT,
    ("CGROUP_SOCK_ADDR", "get_retval"):       _ASKED,
    ("CGROUP_SOCK_ADDR", "set_retval"):       _ASKED,
    ("CGROUP_SOCK_ADDR", "setsockopt"):       _OPTIONS,
    ("CGROUP_SOCK_ADDR", "getsockopt"):       _OPTIONS,
    ("CGROUP_SOCK",      "setsockopt"):       ("BPF_CGROUP_INET_SOCK_CREATE",),
    ("CGROUP_SOCK",      "getsockopt"):       ("BPF_CGROUP_INET_SOCK_CREATE",),
    ("CGROUP_SKB",       "get_retval"):       (),
    ("CGROUP_SKB",       "set_retval"):       (),
    ("SOCK_OPS",         "get_retval"):       (),
    ("SOCK_OPS",         "set_retval"):       (),
    ("CGROUP_SOCKOPT",   "setsockopt"):       ("BPF_CGROUP_SETSOCKOPT",),
    ("CGROUP_SOCKOPT",   "getsockopt"):       ("BPF_CGROUP_SETSOCKOPT",),
    ("TRACING",          "seq_printf"):       ("BPF_TRACE_ITER",),
    ("TRACING",          "seq_write"):        ("BPF_TRACE_ITER",),
    ("TRACING",          "seq_printf_btf"):   ("BPF_TRACE_ITER",),
    ("TRACING",          "get_func_arg"):     (*_TRAMPOLINE, "BPF_TRACE_RAW_TP@7.3"),
    ("TRACING",          "get_func_ret"):     _TRAMPOLINE,
    ("TRACING",          "get_func_arg_cnt"): (*_TRAMPOLINE, "BPF_TRACE_RAW_TP@7.3"),
    ("TRACING",          "get_attach_cookie"): (*_TRAMPOLINE, "BPF_TRACE_RAW_TP@6.12"),
    ("LSM",              "get_attach_cookie"): _LSM,
    ("SYSCALL",          "get_attach_cookie"): (),
    ("LSM",              "get_func_arg"):     _LSM,
    ("LSM",              "get_func_ret"):     _LSM,
    ("LSM",              "get_func_arg_cnt"): _LSM,
    ("LSM",              "seq_printf"):       (),
    ("LSM",              "seq_write"):        (),
    ("LSM",              "seq_printf_btf"):   (),
    ("LSM",              "setsockopt"):       ("BPF_LSM_CGROUP",),
    ("LSM",              "getsockopt"):       ("BPF_LSM_CGROUP",),
    ("SYSCALL",          "get_func_arg"):     (),
    ("SYSCALL",          "get_func_ret"):     (),
    ("SYSCALL",          "get_func_arg_cnt"): (),
    ("SYSCALL",          "seq_printf"):       (),
    ("SYSCALL",          "seq_write"):        (),
    ("SYSCALL",          "seq_printf_btf"):   (),
}
# fmt: on

#: helpers that give memory which nobody else sees until it is handed back
FRESH = frozenset({"ringbuf_reserve"})

#: helpers without arguments whose value is the same all through a run: a program does not move to another task or CPU
STEADY = frozenset({
    "get_current_pid_tgid", "get_current_uid_gid", "get_current_task", "get_current_task_btf", "get_smp_processor_id",
    "get_numa_node_id",
})  # fmt: skip

#: helpers that only programs with `sleepable: true` have: bpf_copy_from_user* of kernel/bpf/helpers.c, bpf_ima_* of
#: kernel/bpf/bpf_lsm.c. Others that may sleep have a second form that does not.
SLEEPING = ("copy_from_user", "copy_from_user_task", "ima_inode_hash", "ima_file_hash")

#: functions in whose programs bpf_d_path may be called: btf_allowlist_d_path of kernel/trace/bpf_trace.c (Linux 5.10 to 7.3)
D_PATH = ("security_file_permission", "security_inode_getattr", "security_file_open", "security_path_truncate", "vfs_truncate",
          "vfs_fallocate", "dentry_open", "vfs_getattr", "filp_close")  # fmt: skip

_found: dict[str, Helper | None] = {}


def find(name: str) -> Helper | None:
    """The row of a helper, named with or without `bpf_`; None if there is no such helper."""
    name = name.removeprefix("bpf_")
    if name not in _found:
        from rucy.kernel._generated.helpers import TEXT

        mark = f"\t{name}\t"
        at = TEXT.find(mark) if name.islower() else -1
        _found[name] = None if at < 0 else _row(TEXT, TEXT.rfind("\n", 0, at) + 1)
    return _found[name]


def names() -> list[str]:
    """Names of all helpers, without `bpf_`, by id."""
    from rucy.kernel._generated.helpers import TEXT

    return [line.split("\t", 2)[1] for line in TEXT.splitlines() if line[:1].isdigit()]


def for_program(row: Helper, prog_type: str) -> Helper:
    """The row with the result and the arguments that it has in this program type."""
    for types, ret, args in row.variants:
        if prog_type in types:
            return row._replace(ret=ret, args=args)
    return row


def since(row: Helper, prog_type: str, attach_type: str | None = None) -> str | None:
    """The release from which this program type may call it; None if it never may.

    With an attach type, None also if that one may not; without, what some attach type may counts.
    """
    limit = ONLY.get((prog_type, row.name))
    if prog_type not in row.program_types or limit == ():
        return None
    release = dict(row.later).get(prog_type, row.since)
    if limit is None or attach_type is None:
        return release
    parts = [name.partition("@") for name in limit]
    return {name: own or release for name, _, own in parts}.get(attach_type)


def _row(text: str, start: int) -> Helper:
    lines = text[start : start + 8192].split("\n")
    number, name, release, flags, arg_names, signature = lines[0].split("\t")
    protos: list[tuple[tuple[str, ...], str, tuple[str, ...]]] = []
    later: list[tuple[str, str]] = []
    for line in lines[1:]:
        if not line.startswith("\t"):
            break
        _, ret, args, users = line.split("\t")
        pairs = [user.partition("@") for user in users.split()]
        protos.append((tuple(pair[0] for pair in pairs), ret, tuple(args.split())))
        later += [(prog_type, version) for prog_type, _, version in pairs if version]
    return Helper(
        id=int(number),
        name=name,
        ret=protos[0][1],
        args=protos[0][2],
        arg_names=tuple(arg_names.split()),
        gpl="gpl" in flags,
        since=release,
        program_types=tuple(prog_type for types, _, _ in protos for prog_type in types),
        changes_packet="packet" in flags,
        acquires="acquires" in flags,
        releases="releases" in flags,
        may_sleep="sleeps" in flags,
        signature=signature,
        later=tuple(later),
        variants=tuple(protos[1:]),
    )
