"""Loops without a provable end: what they compute on the kernel, the interpreter and Ruby, and what is left at the cap."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.run.harness import opened

#: name → (statements that set $r, $n for the kernel and Ruby, $n for the interpreter as well)
BODIES = {
    "collatz": ("$r = collatz($n)", 8_400_511, 27),
    "root":    ("r = 0\nr += 1 while (r + 1) * (r + 1) <= $n\n$r = r", 1_000_000_000_000, 2_000),
    "euclid":  ("x = $n\ny = 832_040\nuntil y == 0\n x, y = y, x % y\nend\n$r = x", 1_346_269, 1_346_269),
    "times":   ("s = 0\n$n.times { |i| s += i & 3; s ^= i }\n$r = s", 1_000_000, 300),
    "nested":  ("s = 0\n$n.times { |i| 0.step($n, 3) { |j| s ^= j; s -= 4 if s > 77 } }\n$r = s", 1_200, 20),
    "ranges":  ("s = 0\nfor i in 5..$n\n next if i % 3 == 0\n break if i == 777_777\n s += i\nend\n$r = s", 1_000_000, 200),
    "methods": ("s = 0\n1.upto($n) { |i| s += collatz(i) }\n$r = s", 3_000, 12),
    "flags":   ("a = false\nb = false\ni = 0\nwhile i < $n\n i += 1\n a = !a if i % 3 == 0\n b = true if a && i % 5 == 0\n"
                " break if a && b && i > 100_000\nend\n$r = i", 200_000, 90),
    "folded": ("x = $n & 0\ns = 0\nbegin\n x >>= 2\n s += 1\nend until x <= 0\n$r = s", 5, 5),
    "million": ("s = 0\n1_000.times { |i| 1_000.times { |j| s += i ^ j } }\n$r = s", 1, None),
}  # fmt: skip

_HEAD = """\
$r = 0
def collatz(n)
  t = 0
  until n == 1
    n = n.even? ? n / 2 : 3 * n + 1
    t += 1
  end
  t
end
"""

#: loops without an end, in every place that has something to give back
ENDLESS = {
    "plain":    "loop { $n += 1 }",
    "nested":   "$n.times { loop { $n += 1 } }",
    "method":   "endless(5)",
    "inner":    "5.times { |i| endless(i) }",
    "each":     "M.each { |k, v| loop { $n += 1 } }",
    "methods":  "M.each { |k, v| endless(k) }",
    "reserved": "RING.reserve { |e| e.a = endless(1) }",
    "constant": "1_000_000_000.times { |i| $n += 1 }",
}  # fmt: skip

_ENDLESS = """\
license "{license}"
class E
  attr :a, :u64
end
M = hash(:u32 => :u64)
RING = ringbuf E
$n = 1
$behind = 0
def endless(a)
  a += $n while a != 0 || $n != 0
  a
end
xdp do |packet|
  M[1] = 1
  {body}
  $behind += 1
  :drop
end
"""


def _compiled(tmp_path: Path, text: str, kernel: str) -> bytes:
    from rucy.lang.target import Target
    from rucy.pipeline import Options, compile_file

    (tmp_path / "loop.rb").write_text(text)
    return compile_file(str(tmp_path / "loop.rb"), Options(Target(kernel=kernel))).data


def _ruby(body: str, number: int) -> int:
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("no ruby")
    text = f"{_HEAD}$n = {number}\n{body}\nprint $r"
    return int(subprocess.run([ruby, "-e", text], capture_output=True, text=True, check=True).stdout)


def _program(body: str, number: int) -> str:
    return f'license "GPL"\n$n = {number}\n{_HEAD}section! "raw_tracepoint/sys_enter"\ndef prog(ctx)\n{body}\nend\n'


@pytest.mark.root
@pytest.mark.parametrize("kernel", ["5.10", "5.17", "6.4"])
@pytest.mark.parametrize("name", BODIES)
def test_the_kernel_computes_what_ruby_does(tmp_path: Path, name: str, kernel: str) -> None:
    body, number, _ = BODIES[name]
    with opened(_compiled(tmp_path, _program(body, number), kernel)) as loaded:
        loaded.load()
        loaded.test_run("prog", ctx_in=bytes(16))
        assert int.from_bytes(loaded.read_global("r"), "little") == _ruby(body, number)


@pytest.mark.parametrize("kernel", ["5.10", "5.17", "6.4"])
@pytest.mark.parametrize("name", [name for name, (_, _, small) in BODIES.items() if small is not None])
def test_so_does_the_ir(tmp_path: Path, name: str, kernel: str) -> None:
    """In the form of each target, every law of the IR kept."""
    from rucy import pipeline
    from rucy.ir.interp import Env, run
    from rucy.ir.verify import assert_valid_module
    from rucy.lang.target import Target
    from rucy.lower import lower_module
    from rucy.passes import optimise
    from rucy.source import Diagnostics
    from tests.run.harness import _KernelBtf

    body, _, number = BODIES[name]
    assert number is not None
    (tmp_path / "loop.rb").write_text(_program(body, number))
    said = Diagnostics()
    checked = pipeline.check_types(pipeline.parse(str(tmp_path / "loop.rb"), said), _KernelBtf(), Target(kernel=kernel), said)
    module = lower_module(checked)
    values = []
    for step in range(2):
        assert_valid_module(module)
        env = Env()
        env.step_limit = 10_000_000
        values.append(int.from_bytes(run(module, "prog", [env.region("ctx", bytes(64))], env).memory["r"], "little"))
        if step == 0:
            module = pipeline.prove_loops(module, checked)
            optimise(module)
            module = pipeline.fit_loops(module, checked)
    assert values == [_ruby(body, number)] * 2


@pytest.mark.root
@pytest.mark.parametrize(("kernel", "license"), [("5.10", "GPL"), ("5.10", "MIT"), ("5.17", "MIT"), ("6.4", "GPL")])
@pytest.mark.parametrize("name", ENDLESS)
def test_at_the_cap_the_program_ends(tmp_path: Path, name: str, kernel: str, license: str) -> None:
    """With the result that changes nothing, nothing behind the loop done, nothing left held, and the stop counted."""
    from rucy.pipeline import notes_of

    data = _compiled(tmp_path, _ENDLESS.format(license=license, body=ENDLESS[name]), kernel)
    rows = [row for row in notes_of(data)["counters"] if row["kind"] == "loop"]
    with opened(data) as loaded:
        loaded.load()
        for times in (1, 2):
            assert loaded.test_run("xdp", bytes(64)).retval == 2  # :pass
            counts = [int.from_bytes(loaded.read_global(row["symbol"]), "little") for row in rows]
            assert sum(counts) == times
        assert loaded.read_global("behind") == bytes(8)
        turns = int.from_bytes(loaded.read_global("n"), "little")
    if name == "plain":
        most = rows[0]["turns"] if (kernel, license) == ("5.10", "MIT") else 8_388_608
        assert turns == 1 + 2 * most


@pytest.mark.root
@pytest.mark.parametrize("turns", ["4", "$n"])
def test_what_the_source_gives_back_behind_a_loop(tmp_path: Path, turns: str) -> None:
    """The verifier refuses a program that ends with a reference: at the cap the compiler gives it back."""
    body = f"t = bpf_task_from_pid(1)\n next unless t\n {turns}.times {{ |i| $n += i }}\n bpf_task_release(t)"
    text = f'license "GPL"\n$n = 1\ntp_btf "sched_process_exit", name: :prog do |task|\n {body}\nend\n'
    with opened(_compiled(tmp_path, text, "6.4")) as loaded:
        loaded.load()


@pytest.mark.root
@pytest.mark.parametrize("kernel", ["5.10", "6.4"])
@pytest.mark.parametrize("around", ["$n.times { |i| $n += i }", "M.each { |k, v| $n += 1 while $n > v }"])
def test_what_may_not_be_there_is_given_back_where_it_is(tmp_path: Path, around: str, kernel: str) -> None:
    """Nothing says at the cap whether the reference is NULL; it is asked."""
    body = f"t = bpf_task_from_pid(1)\n {around}\n if t\n  $n += t.pid\n  bpf_task_release(t)\n end"
    head = 'license "GPL"\n$n = 1\nM = hash(:u32 => :u64)\ntp_btf "sched_process_exit", name: :prog do |task|\n'
    with opened(_compiled(tmp_path, f"{head} {body}\nend\n", kernel)) as loaded:
        loaded.load()


def test_each_loop_of_a_line_is_counted_by_itself(tmp_path: Path) -> None:
    """And each copy of a method's: they stop after numbers of turns of their own."""
    from rucy.pipeline import notes_of

    text = _ENDLESS.format(license="MIT", body="$n.times { |i| $n += i }; endless(1); endless(2); $n += 1 while $n > 5")
    rows = [row for row in notes_of(_compiled(tmp_path, text, "5.10"))["counters"] if row["kind"] == "loop"]
    assert len({row["symbol"] for row in rows}) == len(rows) == 4
    assert all(row["turns"] > 100 for row in rows)
