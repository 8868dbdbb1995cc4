"""What the commands that load share: an object from a Ruby file or an object file, opened with our own rows' types."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from rucy.cli.options import Args
from rucy.load.errors import LoadError
from rucy.load.objects import Loaded


class Tool(NamedTuple):
    """Object bytes and what its notes say: of each program, and the rest ({} of another compiler's object)."""

    name: str
    data: bytes
    probes: list[dict[str, Any]]
    user_half: bool
    notes: dict[str, Any] = {}


def read_tool(args: Args) -> Tool:
    """Compile a Ruby file, or read an object file (ours or another compiler's)."""
    path = args.files[0]
    if not path.endswith(".o"):
        from rucy.cli.compiling import compile_and_warn, options_of
        from rucy.pipeline import notes_of

        compiled = compile_and_warn(path, options_of(args))
        notes = notes_of(compiled.data)
        return Tool(path, compiled.data, notes["probes"], compiled.user_half, notes)
    from rucy.pipeline import describe_probes, notes_of

    with open(path, "rb") as file:
        data = file.read()
    try:
        return Tool(path, data, describe_probes(data), False, notes_of(data))
    except ValueError as error:
        raise LoadError(f"`{path}`: {error}") from None


def open_tool(tool: Tool, btf: str | None = None) -> Loaded:
    """Open the object and set each program's types from our rows. The caller closes it."""
    if not tool.probes:
        raise LoadError(f"`{tool.name}` has no program", "write a probe, or `section!` and a method")
    loaded = Loaded.open_object(tool.data, "rucy", btf)
    try:
        for probe in tool.probes:
            _set_type(loaded, probe)
        for row in tool.notes.get("maps", []):
            if row["pin"]:
                loaded.pin_map(row["name"], f"{_PINS}/{row['pin']}")
        _choose(loaded, tool.probes)
    except BaseException:
        loaded.close()
        raise
    return loaded


#: where maps are pinned by name: the BPF file system
_PINS = "/sys/fs/bpf"

#: links whose programs the verifier checks against what they attach to
_CHECKED_LINKS = ("trace", "tp_btf", "lsm")


def _choose(loaded: Loaded, probes: list[dict[str, Any]]) -> None:
    """Of the candidates of a `first_of` all but the first that the kernel has are left out."""
    if not any(probe.get("choice") for probe in probes):
        return
    from rucy.load.choices import left_out

    there = loaded.wanted()
    for name in left_out(probes, lambda probe: probe["name"] in there):
        loaded.leave_out(name)


def _set_type(loaded: Loaded, probe: dict[str, Any]) -> None:
    """By the probe's row. An optional one whose target this kernel lacks is left out."""
    name, target = probe["name"], probe["target"] if probe["link"] in _CHECKED_LINKS else None
    attach_type = probe["attach_type"]
    if probe["link"] in ("kprobe", "kretprobe") and ("*" in probe["target"] or "?" in probe["target"]):
        from rucy.load.patterns import KPROBE_MULTI, has_multi

        attach_type = KPROBE_MULTI if has_multi() else attach_type
    types = {name: (probe["prog_type"], attach_type, target)}
    try:
        loaded.set_program_types(types, frozenset([name] if probe["sleepable"] else []))
    except LoadError as error:
        if error.status != 77 or not (probe["optional"] or probe.get("choice")):
            raise
        if not probe.get("choice"):
            tell_left_out(probe, error)
        loaded.leave_out(name)


def tell_left_out(probe: dict[str, Any], error: LoadError) -> None:
    print(f"rucy: `{probe['name']}` is left out: {error.message}", file=sys.stderr)


def require_permission() -> None:
    """LoadError when BPF cannot be used here at all (not root, no BPF)."""
    from rucy.load.probe import bpf_refusal

    refusal = bpf_refusal()
    if refusal is not None:
        raise refusal


__all__ = ["Tool", "open_tool", "read_tool", "require_permission", "tell_left_out"]
