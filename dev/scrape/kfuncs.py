"""Kernel functions that programs may call: what the kernels' sources say, and beside it `data/kfuncs.yaml` and
`data/feature-versions.yaml` of the public eBPF documentation (isovalent/ebpf-docs), read as text, for the releases.

In a source: the functions and flags between BTF_KFUNCS_START (BTF_SET8_START before Linux 6.9) and _END, the struct
btf_kfunc_id_set that names such a set, and the program types of its register_btf_kfunc_id_set; types that share a hook
(bpf_prog_type_to_kfunc_hook in kernel/bpf/btf.c) have the same functions. Flags are the newest source's; what an older one
demands (KF_TRUSTED_ARGS, of every function from Linux 7.0 on) is kept, for a program is to load there too. A function or a type
that the documentation does not have came, as far as can be told, with the first source that has it.

A line is NAME, flags (KF_ACQUIRE is "acquire"), program types each with "@RELEASE" where it got the function later than the
function came, and the release of the function, separated by tabs.
"""

from __future__ import annotations

import re
from pathlib import Path

from scrape import releases
from scrape.source import Tree


def merged(lines: list[str], trees: list[Tree]) -> list[str]:
    """The documentation's lines, or those of before, with what the sources have beside them."""
    rows = {line.split("\t")[0]: line.split("\t") for line in lines if line}
    for tree in trees:
        for name, (flags, types) in _of_source(tree).items():
            _, own, listed, since = rows.get(name, [name, "", "", tree.version])
            known = dict(part.partition("@")[::2] for part in listed.split())
            first = {kind: "" if since == tree.version else tree.version for kind in types if kind not in known}
            if "UNSPEC" in known or _number(since) > _number(tree.version):  # the documentation says when
                first = {}
            kept = set(own.split()) & _DEMANDS if tree is trees[-1] and name in rows else set(own.split())
            if tree is trees[-1] and not own and name not in rows:
                kept = {"trusted_args"}
            spelled = " ".join(f"{kind}@{at}" if at else kind for kind, at in sorted((known | first).items()))
            rows[name] = [name, " ".join(sorted(kept | flags)), "UNSPEC" if "UNSPEC" in first else spelled, since]
    return ["\t".join(rows[name]) for name in sorted(rows)]


#: flags by which an older kernel may refuse what the newest takes
_DEMANDS = {"trusted_args", "sleepable", "ret_null", "rcu_protected"}
_SET = re.compile(r"BTF_(?:KFUNCS|SET8)_START\((\w+)\)(.*?)BTF_(?:KFUNCS|SET8)_END\(\1\)", re.S)
_FUNCTION = re.compile(r"BTF_ID_FLAGS\(func,\s*(\w+)(?:,([^)]*))?\)")
_ID_SET = re.compile(r"struct btf_kfunc_id_set\s+(\w+)\s*=\s*\{(.*?)\};", re.S)
_REGISTER = re.compile(r"register_btf_kfunc_id_set\(BPF_PROG_TYPE_(\w+),\s*&(\w+)\)")


def _of_source(tree: Tree) -> dict[str, tuple[set[str], set[str]]]:
    """Function → flags, program types."""
    hooks = _hooks(tree)
    found: dict[str, tuple[set[str], set[str]]] = {}
    for path in tree.grep("register_btf_kfunc_id_set", "*.c"):
        if path.startswith(("tools/", "samples/", "Documentation/", "net/bpf/")):
            continue
        code = tree.code(path)
        sets = {name: _FUNCTION.findall(body) for name, body in _SET.findall(code)}
        named = {}
        for name, body in _ID_SET.findall(code):
            match = re.search(r"\.set\s*=\s*&(\w+)", body)
            named[name] = match.group(1) if match else ""
        for kind, id_set in _REGISTER.findall(code):
            for name, flags in sets.get(named.get(id_set, ""), ()):
                own, types = found.setdefault(name, (set(), set()))
                own.update(flag.removeprefix("KF_").lower() for flag in re.findall(r"KF_\w+", flags))
                types.update(hooks.get(kind, (kind,)))
    return found


def _hooks(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Program type → all that share its hook."""
    code = tree.code("kernel/bpf/btf.c")
    body = re.search(r"bpf_prog_type_to_kfunc_hook\(.*?\n\{(.*?)\n\}", code, re.S)
    together: dict[str, tuple[str, ...]] = {}
    for part in re.split(r"return \w+;", body.group(1) if body else ""):
        kinds = tuple(re.findall(r"case BPF_PROG_TYPE_(\w+):", part))
        together.update(dict.fromkeys(kinds, kinds))
    return together


def table(docs: Path) -> list[str]:
    since = releases.versions(docs / "data/feature-versions.yaml")
    flags: dict[str, set[str]] = {}
    types: dict[str, dict[str, str]] = {}
    for functions, programs in _sets((docs / "data/kfuncs.yaml").read_text(encoding="utf-8")):
        for name, own in functions.items():
            flags.setdefault(name, set()).update(own)
            types.setdefault(name, {}).update(programs)
    return [
        f"{name}\t{' '.join(sorted(flags[name]))}\t{_spelled(types[name], since[name])}\t{since[name]}"
        for name in sorted(flags)
        if name in since
    ]


def _spelled(types: dict[str, str], since: str) -> str:
    def later(version: str) -> bool:
        return bool(version) and _number(version) > _number(since)

    return " ".join(f"{name}@{version}" if later(version) else name for name, version in sorted(types.items()))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _sets(text: str) -> list[tuple[dict[str, list[str]], dict[str, str]]]:
    """(function → flags, program type → release) of each set."""
    found: list[tuple[dict[str, list[str]], dict[str, str]]] = []
    part, name = "", ""
    for line in text.splitlines():
        if re.match(r"  \w+:\s*$", line):
            found.append(({}, {}))
        elif match := re.match(r"    (\w+):\s*$", line):
            part = match.group(1)
        elif match := re.match(r"\s+- name: (\w+)", line):
            name = match.group(1)
            if len(line) - len(line.lstrip()) > 6:  # where a single function may not be called: the verifier's own words say it
                continue
            if part == "funcs":
                found[-1][0][name] = []
            elif part == "program_types":
                found[-1][1][name.removeprefix("BPF_PROG_TYPE_")] = ""
        elif (match := re.match(r"\s+flags: \[(.*)\]", line)) and part == "funcs":
            found[-1][0][name] = [flag.strip().removeprefix("KF_").lower() for flag in match.group(1).split(",") if flag.strip()]
        elif (match := re.match(r"\s+version: (\S+)", line)) and part == "program_types":
            found[-1][1][name.removeprefix("BPF_PROG_TYPE_")] = match.group(1).strip("'\"").removeprefix("v")
    return found
