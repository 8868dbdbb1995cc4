"""The Ruby programs beside this file, one or more a hook, and the section programs of the first Rucy's dialect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rucy.kernel import hooks, sections

FOLDER = Path(__file__).parent / "programs"
CHECKOUT = Path(__file__).parents[2]


def sources() -> list[Path]:
    """A file for each ready hook, named by it, and a few more."""
    return sorted(FOLDER.glob("*.rb"))


def all_sources() -> list[Path]:
    """Every program that this repository ships or tests hooks with."""
    return [*sources(), *sorted((CHECKOUT / "examples").glob("*.rb")), *sorted((CHECKOUT / "bench" / "twins").glob("*.rb"))]


def compile_for(path: Path, btf: str | None = None) -> bytes:
    """The object of a file, for the running kernel's BTF or another's."""
    from rucy.pipeline import Options, compile_file

    return compile_file(str(path), Options(btf=btf)).data



_PLACES = {
    "kprobe": "tcp_v4_connect", "kretprobe": "tcp_v4_connect", "ksyscall": "getpgid", "kretsyscall": "getpgid",
    "tp": "sched/sched_switch", "tracepoint": "sched/sched_switch", "raw_tp": "sched_switch",
    "raw_tracepoint": "sched_switch", "tp_btf": "sched_switch", "fentry": "tcp_v4_connect", "fexit": "tcp_v4_connect",
    "fmod_ret": "security_file_open", "lsm": "file_open", "lsm_cgroup": "socket_bind", "iter": "task",
    "uprobe": "/bin/true:main", "uretprobe": "/bin/true:main", "usdt": "/bin/true:provider:probe",
    "struct_ops": "ssthresh", "freplace": "main", "fsession": "tcp_v4_connect",
}  # fmt: skip


def section_names() -> list[str]:
    """Every section that libbpf knows and the old spelling, each with a target where it takes one."""
    names = []
    for row in sections.rows():
        word = row.name.split(".")[0].split("/")[0]
        target = _PLACES.get(word) if row.pattern.endswith("+") else None
        names.append(f"{row.name}/{target}" if target else row.name)
    return names


def section_source(section: str) -> str:
    """A program of the first Rucy's dialect that uses nothing of its context, and changes nothing."""
    result = 0 if section.startswith(("fmod_ret", "lsm.s/", "lsm/")) else 1
    return f'license! "GPL"\nsection! "{section}"\n\ndef prog(ctx)\n  return {result}\nend\n'


def ready_sections() -> list[str]:
    """The sections that programs of the ready hooks stand in."""
    return list(dict.fromkeys(probe["section"] for path in sources() for probe in probes(path) if not probe["choice"]))


def probes(path: Path) -> list[dict[str, Any]]:
    from rucy.pipeline import probes_of

    return probes_of(compile_for(path)) or []


def ready() -> list[hooks.Hook]:
    return [row for row in hooks.ROWS if row.ready]
