"""Cases as files: a program of the language under a header of comments, and behind `__END__` the same for the oracle.

# hook: raw                  or socket
# fields: f0=u8 f1=i16       of the context
# reads: p1_u0 p1_s0         the globals that are results
# run: f0=1 p1_in_u0=3       one line for each run
# texts: p1_t0               those of `reads` that are text
# maps: P1_H0                what is compared at the end
# fill: P1_H0 24 167772160 5 an LPM trie, prefix, address, value: there before the first run
# prints: yes                it writes
# objects: p1_c0             those of `reads` that hold objects
"""

from __future__ import annotations

from pathlib import Path

from tests.run.harness import Case

FOLDER = Path(__file__).parent / "cases"


def write_case(path: Path, case: Case, why: str) -> None:
    head = [f"# {line}".rstrip() for line in why.splitlines()]
    head += [
        f"# hook: {case.hook}",
        "# fields: " + " ".join(f"{n}={t}" for n, t in case.fields),
        "# reads: " + " ".join(case.reads),
    ]
    head += ["# run: " + " ".join(f"{n}={v}" for n, v in run.items()) for run in case.runs]
    named = (("texts", case.texts), ("maps", case.maps), ("objects", case.objects))
    head += [f"# {word}: {' '.join(names)}" for word, names in named if names]
    head += ["# fill: " + " ".join(map(str, fill)) for fill in case.fills]
    head += ["# prints: yes"] * case.prints
    text = "\n".join(head) + f"\n# program: {case.name}\n{case.text}__END__\n{case.source}# reset\n{case.reset}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read_case(path: Path) -> Case:
    program, _, oracle = path.read_text().partition("__END__\n")
    source, _, reset = oracle.partition("# reset\n")
    header: dict[str, list[str]] = {}
    lines = program.splitlines(keepends=True)
    for line in lines:
        key, colon, rest = line.removeprefix("# ").partition(":")
        if line.startswith("# ") and colon:
            header.setdefault(key, []).append(rest.strip())
    pairs = [tuple(field.split("=")) for field in header.get("fields", [""])[0].split()]
    runs = tuple({n: int(v) for n, v in (item.split("=") for item in run.split())} for run in header["run"])
    fields = tuple((pair[0], pair[1]) for pair in pairs)
    text = "".join(line for line in lines if not line.startswith("# "))
    texts, maps, objects = (tuple(header.get(word, [""])[0].split()) for word in ("texts", "maps", "objects"))
    fills = tuple((words[0], int(words[1]), int(words[2]), int(words[3])) for words in map(str.split, header.get("fill", [])))
    return Case(header["program"][0], header["hook"][0], text, source, reset, tuple(header["reads"][0].split()), fields, runs,
                texts, maps, fills, "prints" in header, objects)  # fmt: skip
