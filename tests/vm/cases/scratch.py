"""Memory that the stack has no room for: it loads everywhere, no run sees another's, and runs that get none are counted.

`preempted` is the proof: threads that take the CPU from one another inside a program of a cgroup, on kernels that let them
(Debian's from 6.18 on preempt lazily). The same program with one element for each CPU, as if its hook kept others off, must
show what ours must not; so the case can fail.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.vm.guest import Env, options

if TYPE_CHECKING:
    from tests.hooks.running import Running

_HOOK = "cgroup_sock_create"
_PROGRAM = """\
license "GPL"
class Page
  attr :words, [:u64, 128]
end
$wrong = 0
$runs = 0
cgroup_sock_create do |sock|
  mine = Page.new
  mark = nsecs ^ (tid << 40)
  128.times { |i| mine.words[i] = mark + i }
  bad = 0
  16.times { 128.times { |i| bad |= mine.words[i] ^ (mark + i) } }
  $wrong += 1 if bad != 0
  $runs += 1
  true
end
"""

#: what its programs have in common; `BODY`s of the hooks of tests/run/map_programs
_LARGE = """\
license "GPL"
class Page
  attr :words, [:u64, 100]
end
SEEN = hash(:u32 => Page)
$x = 0
"""
_BODY = """\
  page = Page.new
  page.words[$x & 63] = $x
  other = SEEN[1] ? page : Page.new
  other.words[3] = 5
  SEEN[1] = page
  $x += page.words.sum + other.words[$x & 63]
"""

#: moved whole to scratch, of tests/run/maps
_MOVED = ("each", "each_leaves", "structs", "struct_methods", "strings", "fields", "arrays")


def _compile(text: str, out: Path) -> None:
    from rucy.pipeline import compile_file

    source = out.with_suffix(".rb")
    source.write_text(text)
    out.write_bytes(compile_file(str(source)).data)


# ---------------------------------------------------------------- it loads, and does the same


def prepare_loading(out: Path) -> None:
    from tests.run.map_programs import HOOKS, LAB

    for name, (hook, params, value) in (HOOKS | LAB).items():
        _compile(f"{_LARGE}{hook} do {params}\n{_BODY}  {value}\nend\n", out / f"{name}.o")


@options(timeout=300.0)
def case_loading(env: Env) -> None:
    """Programs of every kind of hook take large variables."""
    from tests.vm.cases.maps import load_all

    load_all(env)


def prepare_moved(out: Path) -> None:
    from tests.run.mapping import FOLDER, build, compared, in_ruby

    for name in _MOVED:
        built = build(FOLDER / f"{name}.rb", scratch=True)
        ruby = in_ruby(FOLDER / f"{name}.rb", built.runs)
        (out / f"{name}.o").write_bytes(built.data)
        (out / f"{name}.json").write_text(json.dumps({"needs": built.kernel, "runs": built.runs, "ruby": compared(ruby, ruby)}))


@options(timeout=600.0)
def case_moved(env: Env) -> None:
    """Programs of which all that may lie in scratch does."""
    from tests.vm.cases.maps import case_maps

    case_maps(env)


# ---------------------------------------------------------------- none is free


def prepare_missed(out: Path) -> None:
    _compile(f"{_LARGE}{_HOOK} do |sock|\n{_BODY}  false\nend\n", out / "missed.o")


@options(timeout=120.0)
def case_missed(env: Env) -> None:
    """A run without scratch gives the neutral result and is told of; user space says here that all is taken."""
    from rucy.loader.libbpf import libbpf
    from rucy.loader.maps import cpus
    from tests.hooks.running import running
    from tests.load.firing import inside_cgroup, refused_by_kernel

    data = Path(f"{env.out}/missed.o").read_bytes()
    with inside_cgroup() as cgroup, running(data, cgroup=cgroup) as run:
        with refused_by_kernel():
            socket.socket()
        scratch = run.loaded.map(f"rucy_scratch_{_HOOK}")
        assert not any(any(cell[:8]) for _, cells in scratch.items() for cell in cells), "a claim that was not given up"
        value = (1).to_bytes(8, "little").ljust(-(-scratch.value_size // 8) * 8, b"\0") * cpus()
        for element in range(scratch.max_entries):
            key = element.to_bytes(4, "little")
            assert libbpf().call("bpf_map_update_elem", scratch.fd, key, value, 0) == 0
        before = run["x"]
        for _ in range(3):
            socket.socket().close()
        assert (run["x"], run[f"__rucy_scratch_{_HOOK}"]) == (before, 3)
        _tells(data, run.loaded)


def _tells(data: bytes, loaded: Any) -> None:
    from rucy.loader.losses import losses
    from rucy.object.probes import notes_of

    assert [loss.text for loss in losses(notes_of(data), loaded, ())] == [
        f"3 runs of `{_HOOK}` were left out: no scratch memory was free"
    ]


# ---------------------------------------------------------------- what runs inside what


def prepare_preempted(out: Path) -> None:
    """Ours, and one compiled as if the kernel kept a second run off the CPU."""
    from rucy.kernel import hooks

    _compile(_PROGRAM, out / "ours.o")
    row = hooks.BY_WORD[_HOOK]
    hooks.BY_WORD[_HOOK] = row._replace(alone=row.since)
    try:
        _compile(_PROGRAM, out / "plain.o")
    finally:
        hooks.BY_WORD[_HOOK] = row


@options(timeout=600.0, kernels=("6.18", "newest"))
def case_preempted(env: Env) -> None:
    plain = _contended(f"{env.out}/plain.o", lambda run: run["wrong"] >= 5)
    ours = _contended(f"{env.out}/ours.o", lambda run: run["runs"] >= 2 * plain["runs"])
    print("plain per-CPU memory:", plain, "claimed memory:", ours)
    assert plain["wrong"] > 0, f"nothing runs inside anything on this kernel: {plain}"
    assert ours["wrong"] == 0, ours
    assert ours["runs"] >= plain["runs"], (plain, ours)


def _contended(path: str, enough: Callable[[Running], bool]) -> dict[str, int]:
    """Six processes open sockets in a cgroup, on two CPUs, until there is enough or the time is over."""
    from tests.hooks.running import running
    from tests.load.firing import inside_cgroup

    with inside_cgroup() as cgroup, running(Path(path).read_bytes(), cgroup=cgroup) as run:
        end = time.monotonic() + 60
        children = [_opener(end) for _ in range(6)]
        print("opening at", time.monotonic(), flush=True)
        while time.monotonic() < end and not enough(run):
            time.sleep(0.2)
        for child in children:
            os.kill(child, 9)
        for child in children:
            os.waitpid(child, 0)
        print("ended at", time.monotonic(), flush=True)
        names = {"runs": "runs", "wrong": "wrong", "missed": f"__rucy_scratch_{_HOOK}"}
        return {name: run[symbol] for name, symbol in names.items() if symbol in run.loaded.globals}


def _opener(end: float) -> int:
    pid = os.fork()
    if pid == 0:
        while time.monotonic() < end:
            for _ in range(50):
                with contextlib.suppress(OSError):
                    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
        os._exit(0)
    return pid
