"""Mutated programs: tokens deleted, doubled and exchanged. What Ruby refuses we refuse, and what it accepts is never a
`syntax` error of ours. Random bytes and truncated files end in diagnostics, never in an exception, and soon.

The corpus: the examples, the goldens of errors and random programs.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

ROOT = Path(__file__).parents[2]
_TOKEN = re.compile(r"[A-Za-z_]\w*[?!]?|\d[\w.]*|\"[^\"\n]*\"|\s+|[-+*/%&|^<>=!~.]+|.", re.S)
SECONDS = 20.0


class Surprise(NamedTuple):
    """`text`: the program; `what`: how we and Ruby differ."""

    seed: int
    what: str
    text: str


def corpus() -> list[str]:
    from tests.fuzz.generate import generate
    from tests.fuzz.program import kernel_text

    files = sorted(ROOT.glob("examples/**/*.rb")) + sorted(ROOT.glob("tests/golden/**/*.rb"))
    texts = [path.read_text(errors="replace") for path in files]
    return [text for text in texts if len(text) < 4000] + [kernel_text(generate(seed, f"p{seed}")) for seed in range(20)]


def mutated(seed: int, texts: list[str]) -> str:
    """A new file in the corpus takes its share of the seeds; all others make the programs that they made before."""
    rng = random.Random(seed)
    tokens = _TOKEN.findall(max(texts, key=lambda text: crc32(b"%d %d" % (crc32(text.encode()), seed))))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(tokens))
        match rng.randrange(4):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                other = rng.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case _:
                tokens.insert(at, rng.choice(tokens))
        if not tokens:
            return ""
    return "".join(tokens)


def garbage(seed: int, texts: list[str]) -> bytes:
    """Random bytes, a truncated program, or a program with bytes in it exchanged."""
    rng = random.Random(seed)
    data = bytearray(rng.choice(texts).encode())
    match rng.randrange(3):
        case 0:
            return rng.randbytes(rng.randrange(0, 400))
        case 1:
            return bytes(data[: rng.randrange(len(data) + 1)])
        case _:
            for _ in range(rng.randrange(1, 20)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            return bytes(data)


class Ruby:
    """One ruby process that says what is Ruby."""

    def __enter__(self) -> Ruby:
        script = str(Path(__file__).parent / "syntax.rb")
        self.process = subprocess.Popen(["ruby", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.wait()

    def accepts(self, text: str) -> bool:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline() == "true\n"


def compiled(data: bytes, path: Path) -> list[str]:
    """The codes of what the compiler says of a file; [] when it takes it. Anything else that it raises is passed on."""
    from rucy import pipeline
    from rucy.source import UserError

    path.write_bytes(data)
    try:
        pipeline.compile_file(str(path))
    except UserError as error:
        return [d.code for d in error.diagnostics]
    return []


def surprises(seeds: range, folder: Path) -> Iterator[Surprise]:
    texts = corpus()
    assert shutil.which("ruby") is not None
    with Ruby() as ruby:
        for seed in seeds:
            text = mutated(seed, texts)
            begun = time.monotonic()
            try:
                codes = compiled(text.encode(), folder / "mutated.rb")
            except Exception as error:
                yield Surprise(seed, f"{type(error).__name__}: {error}", text)
                continue
            if time.monotonic() - begun > SECONDS:
                yield Surprise(seed, "it took too long", text)
            accepted = ruby.accepts(text)
            if accepted and "syntax" in codes:
                yield Surprise(seed, "Ruby accepts what we call a syntax error", text)
            if not accepted and not codes:
                yield Surprise(seed, "Ruby refuses what we take", text)


def crashes(seeds: range, folder: Path) -> Iterator[Surprise]:
    texts = corpus()
    for seed in seeds:
        data = garbage(seed, texts)
        begun = time.monotonic()
        try:
            compiled(data, folder / "garbage.rb")
        except Exception as error:
            yield Surprise(seed, f"{type(error).__name__}: {error}", repr(data))
        if time.monotonic() - begun > SECONDS:
            yield Surprise(seed, "it took too long", repr(data))


def both(seeds: range) -> tuple[list[Surprise], list[Surprise]]:
    """Surprises, and crashes of a fifth as many files of garbage: one worker's share."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return list(surprises(seeds, Path(folder))), list(crashes(seeds[::5], Path(folder)))
