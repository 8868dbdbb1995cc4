"""Map types, as `enum bpf_map_type` of include/uapi/linux/bpf.h (Linux 7.3) numbers them.

`word` is the language's declaration for it. `key` and `value` say what the type asks of them (the map_alloc_check
functions under kernel/bpf/ and net/core/): "any", "none" (size 0), "u32" (an index or an id), "lpm" (a 4-byte prefix
length first), "fd" (what user space stores is a file descriptor, what a program reads is the object). `lookup` is what
bpf_map_lookup_elem gives a program: "value" (a pointer into the map), "map" (an inner map), "socket", "none" (the
verifier's check_map_func_compatibility refuses it or the map has other helpers).
"""

from __future__ import annotations

from rucy.records import NamedTuple


class MapType(NamedTuple):
    """One map type. `per_cpu`: a value for each CPU; `size`: what max_entries counts ("entries", "bytes", "pages", "none");
    `indexed`: its keys are the numbers below max_entries."""

    name: str
    id: int
    since: str
    word: str | None
    key: str
    value: str
    lookup: str
    per_cpu: bool
    size: str
    indexed: bool = False


# fmt: off
ROWS: tuple[MapType, ...] = (
    #        name                   id since   word                   key     value     lookup    percpu size   indexed
    MapType("HASH",                  1, "3.19", "hash",               "any",  "any",    "value",  False, "entries"),
    MapType("ARRAY",                 2, "3.19", "array",              "u32",  "any",    "value",  False, "entries", True),
    MapType("PROG_ARRAY",            3, "4.2",  "prog_array",         "u32",  "fd",     "none",   False, "entries", True),
    MapType("PERF_EVENT_ARRAY",      4, "4.3",  "perf_buffer",        "u32",  "fd",     "none",   False, "entries", True),
    MapType("PERCPU_HASH",           5, "4.6",  "percpu_hash",        "any",  "any",    "value",  True,  "entries"),
    MapType("PERCPU_ARRAY",          6, "4.6",  "percpu_array",       "u32",  "any",    "value",  True,  "entries", True),
    MapType("STACK_TRACE",           7, "4.6",  "stack_traces",       "u32",  "any",    "none",   False, "entries"),
    MapType("CGROUP_ARRAY",          8, "4.8",  "cgroup_array",       "u32",  "fd",     "none",   False, "entries", True),
    MapType("LRU_HASH",              9, "4.10", "lru_hash",           "any",  "any",    "value",  False, "entries"),
    MapType("LRU_PERCPU_HASH",      10, "4.10", "lru_percpu_hash",    "any",  "any",    "value",  True,  "entries"),
    MapType("LPM_TRIE",             11, "4.11", "lpm_trie",           "lpm",  "any",    "value",  False, "entries"),
    MapType("ARRAY_OF_MAPS",        12, "4.12", "array_of_maps",      "u32",  "fd",     "map",    False, "entries", True),
    MapType("HASH_OF_MAPS",         13, "4.12", "hash_of_maps",       "any",  "fd",     "map",    False, "entries"),
    MapType("DEVMAP",               14, "4.14", "devmap",             "u32",  "any",    "value",  False, "entries", True),
    MapType("SOCKMAP",              15, "4.14", "sockmap",            "u32",  "fd",     "socket", False, "entries", True),
    MapType("CPUMAP",               16, "4.15", "cpumap",             "u32",  "any",    "none",   False, "entries", True),
    MapType("XSKMAP",               17, "4.18", "xskmap",             "u32",  "fd",     "socket", False, "entries", True),
    MapType("SOCKHASH",             18, "4.18", "sockhash",           "any",  "fd",     "socket", False, "entries"),
    MapType("CGROUP_STORAGE",       19, "4.19", None,                 "any",  "any",    "none",   False, "none"),
    MapType("REUSEPORT_SOCKARRAY",  20, "4.19", "reuseport_sockarray", "u32", "fd",     "none",   False, "entries", True),
    MapType("PERCPU_CGROUP_STORAGE", 21, "4.20", None,                "any",  "any",    "none",   True,  "none"),
    MapType("QUEUE",                22, "4.20", "queue",              "none", "any",    "none",   False, "entries"),
    MapType("STACK",                23, "4.20", "stack",              "none", "any",    "none",   False, "entries"),
    MapType("SK_STORAGE",           24, "5.2",  "sk_storage",         "u32",  "any",    "none",   False, "none"),
    MapType("DEVMAP_HASH",          25, "5.4",  "devmap_hash",        "u32",  "any",    "value",  False, "entries"),
    MapType("STRUCT_OPS",           26, "5.6",  None,                 "u32",  "any",    "none",   False, "entries"),
    MapType("RINGBUF",              27, "5.8",  "ringbuf",            "none", "none",   "none",   False, "bytes"),
    MapType("INODE_STORAGE",        28, "5.10", "inode_storage",      "u32",  "any",    "none",   False, "none"),
    MapType("TASK_STORAGE",         29, "5.11", "task_storage",       "u32",  "any",    "none",   False, "none"),
    MapType("BLOOM_FILTER",         30, "5.16", "bloom_filter",       "none", "any",    "none",   False, "entries"),
    MapType("USER_RINGBUF",         31, "6.1",  "user_ringbuf",       "none", "none",   "none",   False, "bytes"),
    MapType("CGRP_STORAGE",         32, "6.2",  "cgrp_storage",       "u32",  "any",    "none",   False, "none"),
    MapType("ARENA",                33, "6.9",  "arena",              "none", "none",   "none",   False, "pages"),
    MapType("INSN_ARRAY",           34, "6.19", None,                 "u32",  "any",    "value",  False, "entries", True),
    MapType("RHASH",                35, "7.2",  None,                 "any",  "any",    "value",  False, "entries"),
)
# fmt: on


class ValueStruct(NamedTuple):
    """What may lie in a map in place of a number of 4 bytes; each field has 4 bytes."""

    name: str
    fields: tuple[str, ...]


#: include/uapi/linux/bpf.h; `bpf_prog` is a descriptor when user space writes it, and the program's id when it is read.
STRUCTS: dict[str, ValueStruct] = {
    "DEVMAP":      ValueStruct("struct bpf_devmap_val", ("ifindex", "bpf_prog")),
    "DEVMAP_HASH": ValueStruct("struct bpf_devmap_val", ("ifindex", "bpf_prog")),
    "CPUMAP":      ValueStruct("struct bpf_cpumap_val", ("qsize", "bpf_prog")),
}  # fmt: skip

#: Helpers that are called by name with a map, and the types that they take: check_map_func_compatibility of
#: kernel/bpf/verifier.c.
HELPERS: dict[str, tuple[str, ...]] = {
    "perf_event_read":           ("PERF_EVENT_ARRAY",),
    "perf_event_read_value":     ("PERF_EVENT_ARRAY",),
    "perf_event_output":         ("PERF_EVENT_ARRAY",),
    "skb_output":                ("PERF_EVENT_ARRAY",),
    "xdp_output":                ("PERF_EVENT_ARRAY",),
    "get_stackid":               ("STACK_TRACE",),
    "current_task_under_cgroup": ("CGROUP_ARRAY",),
    "skb_under_cgroup":          ("CGROUP_ARRAY",),
    "sk_redirect_map":           ("SOCKMAP",),
    "msg_redirect_map":          ("SOCKMAP",),
    "sock_map_update":           ("SOCKMAP",),
    "sk_redirect_hash":          ("SOCKHASH",),
    "msg_redirect_hash":         ("SOCKHASH",),
    "sock_hash_update":          ("SOCKHASH",),
    "sk_select_reuseport":       ("SOCKMAP", "SOCKHASH", "REUSEPORT_SOCKARRAY"),
    "ringbuf_query":             ("RINGBUF",),
    "ringbuf_reserve_dynptr":    ("RINGBUF",),
}  # fmt: skip

#: Program types that may put sockets into a SOCKMAP or SOCKHASH, and take them out, and the last release that was seen to let
#: them; "": each later one does. may_update_sockmap of kernel/bpf/verifier.c, tried on Linux 5.10, 6.1, 6.12, 6.18 and 7.3.
SOCKET_WRITERS: dict[str, str] = {
    "SK_LOOKUP": "",
    "SK_REUSEPORT": "",
    **dict.fromkeys(("SOCKET_FILTER", "SCHED_CLS", "SCHED_ACT", "XDP", "FLOW_DISSECTOR"), "6.18"),
}
#: Those that may only take them out.
SOCKET_TAKERS: dict[str, str] = {**SOCKET_WRITERS, "SOCK_OPS": ""}

#: A second word for a type that has two uses: counters that programs read.
ALIASES = {"perf_event_array": "PERF_EVENT_ARRAY"}

BY_NAME: dict[str, MapType] = {row.name: row for row in ROWS}
BY_WORD: dict[str, MapType] = {row.word: row for row in ROWS if row.word} | {
    word: BY_NAME[name] for word, name in ALIASES.items()
}
