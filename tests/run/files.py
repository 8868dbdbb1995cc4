"""Cases as files: a program of the language under a header of comments, and behind `__END__` the same for the oracle.

# hook: raw                  or socket
# fields: f0=u8 f1=i16       of the context
# reads: p1_u0 p1_s0         the globals that are results
# run: f0=1 p1_in_u0=3       one line for each run
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
    return Case(header["program"][0], header["hook"][0], text, source, reset, tuple(header["reads"][0].split()), fields, runs)
