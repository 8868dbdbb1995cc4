"""Helpers: every function of include/uapi/linux/bpf.h that a program may call by number.

Scraped into `_generated/helpers` from the uapi comment (signature) and the kernel's struct bpf_func_proto initialisers
(argument classes, licence, effects); this module makes rows of that text, one at a time and only when asked.

Argument classes are the kernel's ARG_ names without that prefix, result classes the RET_ names without theirs:
"CONST_MAP_PTR", "PTR_TO_MAP_KEY", "PTR_TO_CTX", "ANYTHING", "CONST_SIZE_OR_ZERO". Flags follow with "|" in the kernel's
own spelling ("PTR_TO_MEM|MEM_RDONLY", "PTR_TO_MEM|MEM_UNINIT", "PTR_TO_STACK|PTR_MAYBE_NULL" where the kernel has no
`_OR_NULL` name) and a type's name after a colon ("PTR_TO_BTF_ID:task_struct").
"""

from __future__ import annotations

from typing import NamedTuple


class Helper(NamedTuple):
    """One helper; `name` has no `bpf_`. `program_types` are names of `progtypes` rows; `signature` is the uapi line."""

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
