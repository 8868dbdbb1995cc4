"""Map types, as `enum bpf_map_type` of include/uapi/linux/bpf.h (Linux 7.3) numbers them.

`word` is the language's declaration for it. `key` and `value` say what the type asks of them (the map_alloc_check
functions under kernel/bpf/ and net/core/): "any", "none" (size 0), "u32" (an index or an id), "lpm" (a 4-byte prefix
length first), "fd" (what user space stores is a file descriptor, what a program reads is the object). `lookup` is what
bpf_map_lookup_elem gives a program: "value" (a pointer into the map), "map" (an inner map), "socket", "none" (the
verifier's check_map_func_compatibility refuses it or the map has other helpers).
"""

from __future__ import annotations

from typing import NamedTuple


class MapType(NamedTuple):
    """One map type. `per_cpu`: a value for each CPU; `size`: what max_entries counts ("entries", "bytes", "none")."""

    name: str
    id: int
    since: str
    word: str | None
    key: str
    value: str
    lookup: str
    per_cpu: bool
    size: str


# fmt: off
ROWS: tuple[MapType, ...] = (
    #        name                   id since   word                   key     value     lookup    percpu size
    MapType("HASH",                  1, "3.19", "hash",               "any",  "any",    "value",  False, "entries"),
    MapType("ARRAY",                 2, "3.19", "array",              "u32",  "any",    "value",  False, "entries"),
    MapType("PROG_ARRAY",            3, "4.2",  "prog_array",         "u32",  "fd",     "none",   False, "entries"),
    MapType("PERF_EVENT_ARRAY",      4, "4.3",  "perf_buffer",        "u32",  "fd",     "none",   False, "entries"),
    MapType("PERCPU_HASH",           5, "4.6",  "percpu_hash",        "any",  "any",    "value",  True,  "entries"),
    MapType("PERCPU_ARRAY",          6, "4.6",  "percpu_array",       "u32",  "any",    "value",  True,  "entries"),
    MapType("STACK_TRACE",           7, "4.6",  "stack_traces",       "u32",  "any",    "none",   False, "entries"),
    MapType("CGROUP_ARRAY",          8, "4.8",  "cgroup_array",       "u32",  "fd",     "none",   False, "entries"),
    MapType("LRU_HASH",              9, "4.10", "lru_hash",           "any",  "any",    "value",  False, "entries"),
    MapType("LRU_PERCPU_HASH",      10, "4.10", "lru_percpu_hash",    "any",  "any",    "value",  True,  "entries"),
    MapType("LPM_TRIE",             11, "4.11", "lpm_trie",           "lpm",  "any",    "value",  False, "entries"),
    MapType("ARRAY_OF_MAPS",        12, "4.12", "array_of_maps",      "u32",  "fd",     "map",    False, "entries"),
    MapType("HASH_OF_MAPS",         13, "4.12", "hash_of_maps",       "any",  "fd",     "map",    False, "entries"),
    MapType("DEVMAP",               14, "4.14", "devmap",             "u32",  "any",    "value",  False, "entries"),
    MapType("SOCKMAP",              15, "4.14", "sockmap",            "u32",  "fd",     "socket", False, "entries"),
    MapType("CPUMAP",               16, "4.15", "cpumap",             "u32",  "any",    "none",   False, "entries"),
    MapType("XSKMAP",               17, "4.18", "xskmap",             "u32",  "fd",     "socket", False, "entries"),
    MapType("SOCKHASH",             18, "4.18", "sockhash",           "any",  "fd",     "socket", False, "entries"),
    MapType("CGROUP_STORAGE",       19, "4.19", None,                 "any",  "any",    "none",   False, "none"),
    MapType("REUSEPORT_SOCKARRAY",  20, "4.19", "reuseport_sockarray", "u32", "fd",     "none",   False, "entries"),
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
    MapType("INSN_ARRAY",           34, "6.19", None,                 "u32",  "any",    "value",  False, "entries"),
    MapType("RHASH",                35, "7.2",  None,                 "any",  "any",    "value",  False, "entries"),
)
# fmt: on

BY_NAME: dict[str, MapType] = {row.name: row for row in ROWS}
BY_WORD: dict[str, MapType] = {row.word: row for row in ROWS if row.word}
