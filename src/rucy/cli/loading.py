"""What the commands that load share: an object from a Ruby file or an object file, opened with our own rows' types."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from rucy.cli.options import Args
from rucy.load.errors import LoadError
from rucy.load.objects import Loaded
from rucy.source import UserError


class Tool(NamedTuple):
    """Object bytes and what its notes say of each program."""

    name: str
    data: bytes
    probes: list[dict[str, Any]]
    user_half: bool


def read_tool(args: Args) -> Tool:
    """Compile a Ruby file, or read an object file (ours or another compiler's)."""
    path = args.files[0]
    if not path.endswith(".o"):
        from rucy.cli.compiling import compile_and_warn, options_of
        from rucy.pipeline import probes_of

        compiled = compile_and_warn(path, options_of(args))
        return Tool(path, compiled.data, probes_of(compiled.data) or [], compiled.user_half)
    from rucy.pipeline import describe_probes

    with open(path, "rb") as file:
        data = file.read()
    try:
        return Tool(path, data, describe_probes(data), False)
    except ValueError as error:
        raise LoadError(f"`{path}`: {error}") from None


def open_tool(tool: Tool, btf: str | None = None) -> Loaded:
    """Open the object and set each program's types from our rows. The caller closes it."""
    if not tool.probes:
        raise LoadError(f"`{tool.name}` has no program", "write a probe, or `section!` and a method")
    loaded = Loaded.open_object(tool.data, "rucy", btf)
    types = {
        p["name"]: (p["prog_type"], p["attach_type"], p["target"] if p["link"] in ("trace", "tp_btf") else None)
        for p in tool.probes
    }
    try:
        loaded.set_program_types(types, frozenset(p["name"] for p in tool.probes if p["sleepable"]))
    except BaseException:
        loaded.close()
        raise
    return loaded


def require_permission() -> None:
    """LoadError when BPF cannot be used here at all (not root, no BPF)."""
    from rucy.load.probe import bpf_refusal

    refusal = bpf_refusal()
    if refusal is not None:
        raise refusal


__all__ = ["Tool", "UserError", "open_tool", "read_tool", "require_permission", "sys"]
