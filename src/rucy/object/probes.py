"""What a loader must know of each program: rows of an object's notes, or made from the names of its sections.

A row: `name`, `section`, `prog_type` and `attach_type` as the kernel numbers them (None: of no meaning), `hook` (its word, None
for a section that no hook stands for), `link` (how it attaches: `Hook.link`), `needs` ("cgroup", "interface" or None), `target`,
`line` (0: not known), `attach` (by itself; never what is only run), `optional`, `sleepable`, `group` (what the source calls it),
`choice` (number of the `first_of` that it belongs to, or 0).
"""

from __future__ import annotations

from typing import Any

from rucy.kernel import attachtypes, hooks, progtypes
from rucy.object.read import ObjectError, summarize


def probe_row(
    name: str, section: str, prog_type: str, attach_type: str | None, target: str | None, options: dict[str, Any],
    hook: hooks.Hook | None = None, line: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """`hook`: the one that was written; None for a section, whose hook is looked for. `options`: those of the probe."""
    found = hook or _hook_of_section(section, prog_type, attach_type)
    if hook is not None and hook.target == "syscall":  # a system call attaches by the tracepoint that stands for it
        target = section.partition("/")[2].replace("/", ":")
    return {
        "name": name,
        "section": section,
        "prog_type": progtypes.BY_NAME[prog_type].id,
        "attach_type": attachtypes.BY_NAME[attach_type].id if attach_type is not None else None,
        "hook": found.word if found is not None else None,
        "link": found.link if found is not None else "none",
        "needs": found.needs if found is not None else None,
        "target": target,
        "line": line,
        "attach": bool(options.get("attach", True)) and (found is None or found.link != "run"),
        "optional": bool(options.get("optional", False)),
        "sleepable": bool(options.get("sleepable", False)),
        "group": str(options.get("name", name)),
        "choice": int(options.get("choice", 0)),
    }


def _hook_of_section(section: str, prog_type: str, attach_type: str | None) -> hooks.Hook | None:
    """The hook that a raw section stands for: same types, and the same first word of the section."""
    word = section.split("/")[0].split(".")[0]
    rows = [h for h in hooks.ROWS if (h.prog_type, h.attach_type) == (prog_type, attach_type)]
    exact = [h for h in rows if h.section.split("/")[0] == word]
    return next(iter(exact or rows), None)


def notes_of(data: bytes) -> dict[str, Any]:
    """What our notes in an object say; {} for an object that another compiler made. Raises ObjectError."""
    return summarize(data).notes or {}


def probes_of(data: bytes) -> list[dict[str, Any]] | None:
    """What an object's notes say of its programs; None for an object that another compiler made."""
    notes = summarize(data).notes
    return list(notes["probes"]) if notes is not None else None


def describe_probes(data: bytes) -> list[dict[str, Any]]:
    """As `probes_of`; for an object without our notes by libbpf's table of sections. Raises ObjectError (a ValueError)."""
    probes = probes_of(data)
    if probes is not None:
        return probes
    return [_of_section(f.name, f.section) for f in summarize(data).functions if f.kind == "program"]


def _of_section(name: str, section: str) -> dict[str, Any]:
    from rucy.kernel import sections

    row = sections.match(section)
    if row is None:
        raise ObjectError(f"the section `{section}` of the program `{name}` is not known")
    target = section.partition("/")[2].replace("/", ":")
    return probe_row(name, section, row.prog_type, row.attach_type, target, {"sleepable": row.sleepable})
