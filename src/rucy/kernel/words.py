"""Built-in words of the kernel half: the helper behind each and which part of its result the word is.

The halves of bpf_get_current_pid_tgid and bpf_get_current_uid_gid are as include/uapi/linux/bpf.h says them:
`tgid << 32 | pid` and `gid << 32 | uid`; what user space calls a pid is the kernel's tgid.
"""

from __future__ import annotations

from rucy.records import NamedTuple


class Builtin(NamedTuple):
    """One word. `helper` is a row of `helpers` (None: no call); `transform` takes "low32" or "high32" of its result.
    `type` is a storage type, "char[16]" (a bounded string), "task_struct *" or "stack". `arguments` counts the word's
    own; `flags` is the helper's flags argument where it has one."""

    word: str
    helper: str | None
    transform: str | None
    type: str
    arguments: int
    flags: int
    ready: bool


# fmt: off
ROWS: tuple[Builtin, ...] = (
    #       word                  helper                            part      type             args flags ready
    Builtin("pid",                "get_current_pid_tgid",           "high32", "u32",           0,   0,    True),
    Builtin("tid",                "get_current_pid_tgid",           "low32",  "u32",           0,   0,    True),
    Builtin("uid",                "get_current_uid_gid",            "low32",  "u32",           0,   0,    True),
    Builtin("gid",                "get_current_uid_gid",            "high32", "u32",           0,   0,    True),
    Builtin("comm",               "get_current_comm",               None,     "char[16]",      0,   0,    True),
    Builtin("cpu",                "get_smp_processor_id",           None,     "u32",           0,   0,    True),
    Builtin("nsecs",              "ktime_get_ns",                   None,     "u64",           0,   0,    True),
    Builtin("boot_nsecs",         "ktime_get_boot_ns",              None,     "u64",           0,   0,    True),
    Builtin("cgroup_id",          "get_current_cgroup_id",          None,     "u64",           0,   0,    True),
    Builtin("current_task",       "get_current_task",               None,     "task_struct *", 0,   0,    True),
    Builtin("random",             "get_prandom_u32",                None,     "u32",           0,   0,    True),
    Builtin("kstack",             "get_stackid",                    None,     "stack",         0,   0,    True),
    Builtin("ustack",             "get_stackid",                    None,     "stack",         0,   0x100, True),
    Builtin("numa_node",          "get_numa_node_id",               None,     "u32",           0,   0,    True),
    Builtin("ancestor_cgroup_id", "get_current_ancestor_cgroup_id", None,     "u64",           1,   0,    True),
    Builtin("probe_name",         None,                             None,     "string",        0,   0,    True),
)
# fmt: on

BY_WORD: dict[str, Builtin] = {row.word: row for row in ROWS}


#: every word that a program may call beside hooks, built-ins, map types and helpers: a method cannot have such a name
OTHERS = frozenset(
    "license option histogram stats first_of field? type? enum? sizeof kconfig kernel_version ksym per_cpu "
    "ntohs ntohl htons htonl printk puts print printf p str ustr signal override_return tail_call redirect redirect_map "
    "after lock every attach detach poll wait table symbolize at_exit abort warn system sleep exit".split()
)
