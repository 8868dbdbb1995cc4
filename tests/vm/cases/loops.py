"""Loops that the compiler accepts are accepted by every verifier: forms of loops × what stands in them, loaded.

With a bound of run time, a constant one, counting up and down, from a start of run time, left early; around methods that
are called, helpers, strings, sums that are compared, and more values than registers.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.vm.guest import Env, options

_HEAD = """\
license "GPL"
$g = 0
$h = -1
$n = 1
def work(a, b)
  if a > b
    $g += a
  elsif b > 100
    $g += 3
  else
    $h = a * 3 + b
  end
  $h = b if a == 17
  $g += 1 if a == 18
  a ^ b
end
def inner(a)
  s = 0
  (a & 7).times { |k| s += work(k, a) if s < 90 }
  s
end
"""

#: what a loop is around, by the name of its form; `BODY` sees the number `i`
FORMS = {
    "constant":   "20.times { |i| BODY }",
    "clamped":    "$n.clamp(0, 20).times { |i| BODY }",
    "masked":     "($n & 15).times { |i| BODY }",
    "remainder":  "($n % 15).times { |i| BODY }",
    "while":      "i = 0\nm = $n & 31\nwhile i < m\n i += 1\n BODY\nend",
    "until":      "i = 0\nm = $n.clamp(0, 20)\nuntil i >= m\n i += 2\n BODY\nend",
    "down":       "$n.clamp(0, 20).downto(1) { |i| BODY }",
    "from":       "$n.clamp(0, 20).upto(20) { |i| BODY }",
    "both":       "$n.clamp(0, 20).upto($g & 31) { |i| BODY }",
    "left":       "i = 0\nm = $n & 31\nloop do\n break if i >= m\n i += 1\n next if $g == 4\n BODY\nend",
    "nested":     "($n & 7).times { |j| ($h & 7).times { |i| BODY } }",
    "deep":       "($n & 3).times { |j| 4.times { |l| ($h & 3).times { |i| BODY } } }",
}  # fmt: skip

#: statements; s, a, b, c, d, e, f and t live through the loop
BODIES = {
    "call":    "s ^= work($n, 4); s += work(i, $g)",
    "calls":   "work(4, $n); work($n, s)",
    "deeper":  "s += inner($g + i)",
    "helper":  'printk "%d %d", s, i; s += 1',
    "compare": "s += i; $g += 1 if s > 5; $h = s if s == 18; t = s if s > t",
    "live":    "b += a; c ^= b; d += c; e ^= d; f += e; work(a, b); t += 1 if d > e; s += f",
    "flags":   "s += 1 if a > 3; s += 2 if b > 4; s += 4 if c > 5; s += 8 if d > 9; s += 16 if e > 10; s += 32 if f > 11",
    "text":    's += comm.size; t += 1 if name.start_with?("ab"); x = name.getbyte(i); s += x if x',
    "power":   "s += $g.gcd(i + 5); t += 1 if s > 100; s ^= 3 ** (t & 7)",
}  # fmt: skip

#: near what a verifier walks through
LARGE = {
    "search":  "s = 0\n7000.times { |i| break if i == $n; s += i }\n$h = s",
    "square":  "s = 0\n55.times { |i| 55.times { |j| s ^= j; s -= 4 if s > 77 } }\n$h = s",
    "cube":    "s = 0\n($n & 15).times { |i| ($g & 15).times { |j| ($h & 15).times { |k| s += k ^ j } } }\n$h = s",
    "long":    "s = 0\n20_000.times { |i| s += i * 3 }\n$h = s",
    "largest": "m = 0\n1000.times { |i| x = ($n >> (i & 63)) & 255; m = x if x > m }\n$h = m",
    "machine": "t = 0\n64.times { |i| c = ($n >> i) & 1; if t == 0\n t = 1 if c == 1\n elsif t == 1\n t = c == 1 ? 2 : 0\n"
               " else\n t = 0; $g += 1\n end }\n$h = t",
    "bytes":   "n = comm\nc = 0\n16.times { |i| 16.times { |j| c += 1 if n[i] == n[j]; c += n.size if c == 5 } }\n$h = c",
}  # fmt: skip

_BEFORE = "a = $g; b = $h; c = $n; d = $g + 5; e = $h * 3; f = $n ^ 4; s = 0; t = 1; name = comm"
_BEHIND = "$g = a + b + c + d + e + f\n$h = s ^ t"


def programs() -> dict[str, str]:
    """Name → the program's block."""
    made = {
        f"{form}_{body}": f"{_BEFORE}\n{text.replace('BODY', BODIES[body])}\n{_BEHIND}"
        for form, text in FORMS.items()
        for body in BODIES
    }
    return made | LARGE


def prepare_loops(out: Path) -> None:
    """An object for each program: what one kernel says of it does not keep the others from being loaded."""
    from rucy.pipeline import compile_file

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "loops.rb"
        for name, text in programs().items():
            source.write_text(f'{_HEAD}kprobe "tcp_connect", name: :{name} do |sk|\n{text}\nend\n')
            (out / f"{name}.o").write_bytes(compile_file(str(source)).data)


@options(timeout=900.0)
def case_loops(env: Env) -> None:
    from rucy.load.errors import LoadError
    from rucy.load.objects import Loaded

    failed = []
    for path in sorted(Path(env.out).glob("*.o")):
        with Loaded.open_object(path.read_bytes()) as loaded:
            try:
                loaded.load()
            except LoadError as error:
                failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-3:]))
    assert not failed, f"{len(failed)} refused\n" + "\n".join(failed)
