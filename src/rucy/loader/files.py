"""From an object's bytes and notes to a `Loaded` with the types, pins and choices that our own rows ask for, and from there
to links: what every reader of an object does in the same order, a command as well as a Python program.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rucy.loader.errors import LoadError
from rucy.records import NamedTuple

if TYPE_CHECKING:  # `rucy run` of a Ruby file needs neither
    from rucy.loader.links import Link
    from rucy.loader.objects import Loaded


class ObjectFile(NamedTuple):
    """Object bytes and what its notes say: of each program (rows of rucy.object.probes), and the rest ({} of another compiler's
    object). `user_half`: the line where it begins, or 0; `source`: the text of a Ruby file; `warned`: there were warnings."""

    name: str
    data: bytes
    probes: list[dict[str, Any]]
    user_half: int
    notes: dict[str, Any] = {}
    source: bytes = b""
    warned: bool = False


def read_object(path: str) -> ObjectFile:
    """An object file, ours or another compiler's. OSError when it cannot be read, LoadError when it is none."""
    from rucy.object.probes import describe_probes, notes_of

    with open(path, "rb") as file:
        data = file.read()
    try:
        return ObjectFile(path, data, describe_probes(data), 0, notes_of(data))
    except ValueError as error:
        raise LoadError(f"`{path}`: {error}") from None


def open_file(file: ObjectFile, btf: str | None = None) -> Loaded:
    """Open the object and set each program's types from our rows. `left_out` of the result says which optional programs this
    kernel has no place for. The caller closes it."""
    from rucy.loader.objects import Loaded

    if not file.probes:
        raise LoadError(f"`{file.name}` has no program", "write a probe, or `section!` and a method")
    loaded = Loaded.open_object(file.data, "rucy", btf)
    try:
        for probe in file.probes:
            _set_type(loaded, probe)
        for row in file.notes.get("maps", []):
            if row["pin"]:
                loaded.pin_map(row["name"], f"{_PINS}/{row['pin']}")
        _choose(loaded, file.probes)
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
    from rucy.loader.choices import left_out

    there = loaded.wanted()
    for name in left_out(probes, lambda probe: probe["name"] in there):
        loaded.leave_out(name)


def _set_type(loaded: Loaded, probe: dict[str, Any]) -> None:
    """By the probe's row. An optional one whose target this kernel lacks is left out."""
    name, target = probe["name"], probe["target"] if probe["link"] in _CHECKED_LINKS else None
    attach_type = probe["attach_type"]
    if probe["link"] in ("kprobe", "kretprobe") and ("*" in probe["target"] or "?" in probe["target"]):
        from rucy.loader.patterns import KPROBE_MULTI, has_multi

        attach_type = KPROBE_MULTI if has_multi() else attach_type
    types = {name: (probe["prog_type"], attach_type, target)}
    try:
        loaded.set_program_types(types, frozenset([name] if probe["sleepable"] else []))
    except LoadError as error:
        if error.status != 77 or not (probe["optional"] or probe.get("choice")):
            raise
        loaded.leave_out(name, None if probe.get("choice") else error)


# ---------------------------------------------------------------- attaching

#: what a program's `needs` is, in words
PLACES = {"cgroup": "a cgroup", "interface": "a network interface"}


def attachable(loaded: Loaded, probes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the loaded programs that attach by themselves."""
    there = {info.name for info in loaded.programs if info.fd >= 0}
    return [probe for probe in probes if probe["attach"] and probe["name"] in there]


def attach_each(
    loaded: Loaded, file: ObjectFile, *, cgroup: str | None = None, interface: str | None = None, mode: str | None = None
) -> Iterator[tuple[str, Link | LoadError]]:
    """Attaches all programs that attach by themselves, one after another: (name, its link, or why it is left out, which an
    optional one may be). LoadError for any other that cannot attach, and where none does; links are the caller's to close."""
    attached = False
    for probe in attachable(loaded, file.probes):
        try:
            link = attach_one(loaded, probe, cgroup=cgroup, interface=interface, mode=mode)
        except LoadError as error:
            if not probe["optional"] or error.status != 77:
                raise
            yield probe["name"], error
        else:
            attached = True
            yield probe["name"], link
    if not attached:
        help = "each is optional and left out, has `attach: false`, or is only run"
        raise LoadError(f"no program of `{file.name}` attaches", help)


def attach_one(
    loaded: Loaded, probe: dict[str, Any], *, cgroup: str | None = None, interface: str | None = None,
    mode: str | None = None, socket: int | None = None,
) -> Link:  # fmt: skip
    """One program by its row, told of its place. LoadError."""
    mode = mode if probe["link"] == "xdp" else None
    return loaded.attach(
        probe["name"], probe["link"], probe["target"], cgroup=cgroup, interface=interface, mode=mode, socket=socket
    )


def require_permission() -> None:
    """LoadError when BPF cannot be used here at all (not root, no BPF)."""
    from rucy.loader.probe import bpf_refusal

    refusal = bpf_refusal()
    if refusal is not None:
        raise refusal
