"""`rucy build FILE.rb -o TOOL`: the program, its object and the runtime as one executable."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from types import MappingProxyType

from rucy import __version__
from rucy.bundle import BundleError, bundle, packed
from rucy.cli.compiling import options_of, write_bytes
from rucy.cli.options import COMPILE, Args, Option
from rucy.cli.runtime import check_names, find_runtime
from rucy.loader.errors import LoadError
from rucy.source import Diagnostic, UserError

SYNOPSIS = "FILE.rb [-o TOOL] [OPTIONS]"
ARGUMENTS = (1, 1)
OPTIONS = (
    Option("--output", "TOOL", "where to write the executable (default: the file's name without .rb)", short="-o"),
    Option("--compress", "", "less than half as large, and some milliseconds later to start: it unpacks itself into memory"),
    Option("--btf-for", "DIR", "put in what it needs of the types of kernels without BTF: of each RELEASE.btf in a directory"),
    *COMPILE,
)
EXAMPLES = (
    "rucy build connects.rb -o connects",
    "rucy build connects.rb -o connects --target aarch64",
    "rucy build connects.rb -o connects --btf-for btfs",
    "./connects --help",
)


def run(args: Args) -> int:
    path = args.files[0]
    out = args.text("output") or (path[:-3] if path.endswith(".rb") else path + ".tool")
    arch = options_of(args).target.arch
    _runtime(arch)
    parts = parts_from(path, args)
    _check_syntax(arch, path, parts["program"])
    made = into_runtime(arch, parts)
    write_bytes(out, into_runtime(arch, packed(made), "unpack") if args.flag("compress") else made)
    if out != "-":
        os.chmod(out, 0o777 & ~_umask())
    return 0


def into_runtime(arch: str, parts: dict[str, bytes], name: str = "rucy") -> bytes:
    """The executable; `name` as in find_runtime. LoadError where there is no runtime for it."""
    runtime = _runtime(arch, name)
    with open(runtime, "rb") as file:
        executable = file.read()
    try:
        return bundle(executable, parts)
    except BundleError as error:
        raise LoadError(f"`{runtime}` is no runtime of this version: {error}", "make it again: make runtime", 70) from None


def parts_from(path: str, args: Args) -> dict[str, bytes]:
    """What goes into the executable: the object, its notes, the program as it runs, the source as it was written, and what
    there is to know about them. Raises what compiling does, and UserError for names of the user half that nothing has."""
    from rucy.pipeline import compile_file, notes_of, selectable

    options = options_of(args)
    compiled = compile_file(path, options)
    _warn([one for one in compiled.diagnostics if one.code != "computed-unset"])  # a tool does set them
    if wrong := check_names(compiled):
        raise UserError(*wrong)
    arch = options.target.arch
    types = _types_for(args.text("btf-for"), compiled.data, arch)
    parts = parts_of(path, compiled.unit.file.text, compiled.data, compiled.user_half, arch, types)
    if selectable(compiled.unit):  # `--pid` and `--comm` are a second form of the object: who does not ask pays nothing
        try:
            data = compile_file(path, options._replace(selecting=True)).data
        except UserError as error:  # a program near a limit has no room for them
            print(f"rucy: the tool has no `--pid` and `--comm`: {error.diagnostics[0].title}", file=sys.stderr)
            return parts
        parts |= {"selecting": data, "selecting notes": _json(notes_of(data))}
    return parts


def parts_of(
    path: str, source: bytes, data: bytes, user_half: int, arch: str, types: Mapping[str, bytes] = MappingProxyType({})
) -> dict[str, bytes]:
    """The same, of a file that has been compiled to the object `data`; `types`: of kernels, by their releases."""
    from rucy.loader.calls import TRACE, calls_any
    from rucy.pipeline import hook_words, license_of, notes_of, user_half_of

    program = user_half_of(source, data, arch)
    meta = {
        "rucy": __version__, "arch": arch, "file": os.path.basename(path), "user_half": user_half,
        "about": _about(source.decode("utf-8", "replace")), "license": license_of(data),
        "printk": calls_any(data, TRACE), "hooks": [word for word in hook_words() if word.encode() in program],
        "kernels": sorted(types),
    }  # fmt: skip
    return {
        "meta": _json(meta), "notes": _json(notes_of(data)), "object": data,
        "program": program, "source": source,
        **{f"btf/{release}": types[release] for release in sorted(types)},
    }  # fmt: skip


#: How collections of BTF files call the machines, as folders.
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def _types_for(folder: str | None, data: bytes, arch: str) -> dict[str, bytes]:
    """Release of a kernel → what the object needs of its types. Files of another machine are left out, where folders say so."""
    from rucy.pipeline import btf_for

    if folder is None:
        return {}
    found: dict[str, bytes] = {}
    for place, _, names in sorted(os.walk(folder)):
        machines = {_MACHINES[part] for part in os.path.relpath(place, folder).split(os.sep) if part in _MACHINES}
        for name in sorted(names):
            if not name.endswith(".btf") or (machines and arch not in machines):
                continue
            types, release = btf_for(data, os.path.join(place, name)), name[:-4]
            if types is None:
                return {}  # the tool asks for no types
            if found.setdefault(release, types) != types:
                raise LoadError(f"`{folder}` has two kernels `{release}`, whose types differ", "leave one of them out", 2)
    if not found:
        help = "each is /sys/kernel/btf/vmlinux of a kernel, or a file of BTFHub's unpacked, named as `uname -r` says there"
        raise LoadError(f"`{folder}` has no file RELEASE.btf for {arch}", help, 2)
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _warn(diagnostics: list[Diagnostic]) -> None:
    if diagnostics:
        from rucy.cli.explain import show

        show(diagnostics)


def _about(source: str) -> str:
    """The comment at the top of the file, up to the first line that shows how to run it."""
    lines: list[str] = []
    for line in source.splitlines():
        if line.startswith("#!") and not lines:
            continue
        if not line.startswith("#") or line.strip() == "#" and lines:
            break
        lines.append(line.lstrip("#").strip())
    return "\n".join(lines)


def _runtime(arch: str, name: str = "rucy") -> str:
    path = find_runtime(arch, name)
    if path is None:
        raise LoadError(f"the runtime for {arch} is not there", "make it in a checkout: make runtime", 1)
    return path


def _check_syntax(arch: str, path: str, program: bytes) -> None:
    """The runtime itself reads the program, where this machine can run it. LoadError with the line."""
    if os.uname().machine != arch:
        return
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "program")
        with open(place, "wb") as file:
            file.write(program)
        done = subprocess.run([_runtime(arch), "--rucy-syntax", place], capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = done.stderr.strip().removeprefix(f"{place}:")
        line, _, text = said.partition(": ")
        where = f"{path}:{line}" if line.isdigit() else path
        raise LoadError(f"{where}: the user half is run by mruby, which does not read this: {text or said}")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
