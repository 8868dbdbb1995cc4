"""Loops that the compiler accepts are accepted by every verifier: forms of loops × what stands in them, loaded.

With a bound of run time, a constant one, counting up and down, from a start of run time, left early; around methods that
are called, helpers, strings, sums that are compared, and more values than registers.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.vm.guest import Env, options

_GPL = 'license "GPL"'

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
def turns(n)
  t = 0
  t += 1 while t < $n && t != n
  t
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
    "parted":  "s = 0\n1500.times { |i| s += i if i & $n != 0 }\n$h = s",
    "machine": "t = 0\n64.times { |i| c = ($n >> i) & 1; if t == 0\n t = 1 if c == 1\n elsif t == 1\n t = c == 1 ? 2 : 0\n"
               " else\n t = 0; $g += 1\n end }\n$h = t",
    "bytes":   "n = comm\nc = 0\n16.times { |i| 16.times { |j| c += 1 if n[i] == n[j]; c += n.size if c == 5 } }\n$h = c",
}  # fmt: skip

_MANY = [f"f{at}" for at in range(24)]
_TOLD = "\n".join(f"$h += 1 if {flag}" for flag in _MANY)


def _numbers(count: int, value: str, before: str = "") -> str:
    """So many numbers, each of which is perhaps set in a turn."""
    zeros = [f"{number} = 0" for number in _MANY[:count]]
    sets = [f"{number} = {value} if $n > i + {at}" for at, number in enumerate(_MANY[:count])]
    return "\n".join([*zeros, "60.times do |i|", before, *sets, "end", *(f"$h += {number}" for number in _MANY[:count])])


#: truth values of compares, which a number each of its own decides
_TESTED = [f"{flag} = $n >> {at} > {at + 5}" for at, flag in enumerate(_MANY[:12])]
_SAID = [f"$g += {at} if {flag}" for at, flag in enumerate(_MANY[:12])]

#: what once was more than a verifier walks through: sums and truth values that are compared behind the loop, too
LARGE |= {
    "bad":     "bad = 0\n8.times { 128.times { |i| bad += 1 if $n == i } }\n$h = bad",
    "bits":    "bad = 0\n8.times { |j| 128.times { |i| bad += 1 if ($n >> j) & 1 == 1 } }\n$h = bad\n$g = 1 if bad > 5",
    "work":    "bad = 0\n8.times { |j| 128.times { |i| bad += 1 if work(i, j) > 7 } }\n$h = bad",
    "truths":  "\n".join([*(f"{flag} = false" for flag in _MANY), "100.times do |i|",
                          *(f"{flag} = true if $n > i + {at}" for at, flag in enumerate(_MANY[:12])), "end", _TOLD]),
    "turning": "\n".join([*(f"{flag} = false" for flag in _MANY), "30.times do |i|",
                          *(f"{flag} = !{_MANY[at - 23]} if $n > i + {at}" for at, flag in enumerate(_MANY)), "end", _TOLD]),
    "toggled": "\n".join([*(f"{flag} = false" for flag in _MANY), "i = 0", "while i < $n", "i += 1",
                          *(f"{flag} = !{flag} if $g & {1 << at} != 0" for at, flag in enumerate(_MANY)), "end", _TOLD]),
    "numbers": _numbers(12, "7"),
    "counts":  _numbers(12, "i"),
    "saying":  _numbers(8, "i * 3", 'printk "%d", i; '),
    "behind":  "s = 1\na = $g > 5\nb = $h > 7\n60.times { |i| 20.times { |j| s += 1 if $n == j } }\n"
               "$g = 1 if a\n$h = 2 if b\n$n = s if s << 3 > $n",
    "told":    "\n".join([*_TESTED, *_SAID, "s = 0", "300.times { |i| s += i * 3; $h = s }", *_SAID]),
    "asked":   "\n".join([*_TESTED, "100.times do |i|", *_SAID, "end"]),
    "inner":   "s = 0\n($n & 31).times { |i| s += turns(i) }\n$h = s",
}  # fmt: skip

#: without an end that can be proved
ENDLESS = {
    "while":   "i = 0\ns = 0\nwhile i < $n\n i += 1\n s += work(i, s)\nend\n$h = s",
    "times":   "s = 0\n$n.times { |i| s += i; next if s == 7; break if s == 1_000_003 }\n$h = s",
    "nested":  "s = 0\n$n.times { |i| $g.step($n, 3) { |j| s ^= i + j } }\n$h = s",
    "million": "s = 0\n1000.times { |i| 1000.times { |j| s += i ^ j; s -= 4 if s > 77 } }\n$h = s",
    "method":  "$h = collatz($n) + collatz($g)",
    "flags":   "a = false\nb = false\ni = 0\nwhile i < $n\n i += 1\n a = !a if i % 3 == 0\n b = true if a && i % 5 == 0\n"
               " break if a && b && i > $g\nend\n$h = i",
    "text":    "s = 0\nname = comm\n$n.times { |i| s += name.size; x = name.getbyte(i & 15); s += x if x }\n$h = s",
    "maps":    "s = 0\nk = 1\nuntil k == 0\n s += k\n k = SEEN[k] || 0\nend\nSEEN.each { |k, v| s += collatz(v) }\n$h = s",
    "tasks":   "t = current_task\nn = 0\nuntil t.pid == 0\n t = t.real_parent\n n += 1\nend\n$h = n",
    "record":  "RING.reserve { |e| e.turns = collatz($n) }",
}  # fmt: skip

#: what a kernel once refused though the compiler took it: hook and block
REFUSED_ONCE = {
    # a header that was looked for before the loop: what is known of its protocol tells whether it is there
    "protocol": """\
xdp name: :NAME do |packet|
  s = 0
  $h += 1 if packet.ipv4
  1.upto(8) do |i|
    s += i if (packet.tcp&.dest == 80 ? 1 : 0) == packet.size
    next if (packet.u8(i) || 0) >= s
    s ^= 7 if s > $n
  end
  $g += s
  :pass
end
""",
    # the loop was walked for each path on which the header had been found
    "paths": """\
xdp name: :NAME do |packet|
  n = $g & 255
  turned = true
  h = packet.udp
  n += ntohs(h.len) if h
  65.times do |i|
    next if $n == (packet.tcp&.dest == 80 ? 1 : 0)
    turned = !turned if n == DIGITS[n & 7]
  end
  $h = 1 if turned
  :pass
end
""",
    # what one compare says of a number decides the next, and the turn moves it
    "moving": """\
kprobe "tcp_connect", name: :NAME do |sk|
  s = -1
  t = -1
  loop do
    s *= t if DIGITS[t & 7] == t
    t += 255 if $g < (2 - t)
    t = t if (SEEN[t & 0xffff] || 3) < DIGITS[1]
  end
end
""",
    "stepping": """\
xdp name: :NAME do |packet|
  s = 1000
  64.downto(1) do |i|
    (1..s).each do |j|
      k = 0
      0.step(($n % 1), 2) do |l|
        break if DIGITS[k & 7] < j
        SEEN[7] = packet.size
        next if s > DIGITS[$h & 7]
        s -= l
      end
      s |= j
    end
  end
  $g += s
  :pass
end
""",
    # a helper calls the inner loop's block, in each of many turns
    "called": """\
def waits(a, b)
  i = 0
  loop do
    break if i >= ($n & 7)
  end
  a ^ b
end
raw_tracepoint "sys_enter", name: :NAME do |regs, id|
  s = 0
  $g.clamp(0, 3000).downto(1) { |i| s ^= waits($h, s) }
  $h = s
end
""",
    # a number that begins anywhere, falls by one in each turn and is compared: each path has its own bounds. The licence is for
    # a loop that is counted: a kernel's iterator takes only the GPL
    "falling": """\
license "MIT"
class State
  attr :a, :u64
  attr :b, :u32
end
NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6]
STATES = hash(:u64 => State)
xdp name: :NAME do |packet|
  n = $n
  i = 0
  while i < ($n & 7)
    i += 3
    STATES[$g & 0xff] = State.new(a: NUMBERS[i & 7]) if n > NUMBERS[i & 7]
    n -= 1
  end
  $g += n
  :pass
end
""",
    "twice": """\
raw_tracepoint "sys_enter", name: :NAME do |regs, id|
  s = 0
  3000.times do |i|
    while (i % 3) <= ($g >> 3)
      s += 1
    end
    loop do
      s += 1
      break if s >= $h
    end
  end
  $h = s
end
""",
}

#: kernel that an object is for → kernels that must take it
TARGETS = {"5.10": "5.10", "5.17": "6.1", "6.4": "6.12"}

#: random programs of tests/fuzz/loops.py, each in the form of each target, and what they may be too large for
START, COUNT = 100, 24
#: further ones, which a kernel once refused
ALSO = (56, 210, 226, 250, 335, 2054, 2122, 3121, 3158)
TOO_LARGE = {"loop-too-long", "block-too-large", "frame-too-large", "frames-too-large"}

_ENDLESS_HEAD = """\
class Found
  attr :turns, :u64
end
DIGITS = [3, 1, 4, 1, 5, 9, 2, 6]
SEEN = hash(:u64 => :u64)
RING = ringbuf Found
def collatz(n)
  t = 0
  until n < 2
    n = n.even? ? n / 2 : 3 * n + 1
    t += 1
  end
  t
end
"""

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
    from rucy.loader.errors import LoadError
    from rucy.loader.objects import Loaded

    failed = []
    for path in sorted(Path(env.out).glob("*.o")):
        with Loaded.open_object(path.read_bytes()) as loaded:
            try:
                loaded.load()
            except LoadError as error:
                failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-3:]))
    assert not failed, f"{len(failed)} refused\n" + "\n".join(failed)


def prepare_endless(out: Path) -> None:
    """In the form of each target."""
    from rucy.lang.target import Target
    from rucy.pipeline import Options, compile_file

    made = {name: f'kprobe "tcp_connect", name: :NAME do |sk|\n{text}\nend\n' for name, text in ENDLESS.items()} | REFUSED_ONCE
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "loops.rb"
        for name, text in made.items():
            licence, *rest = text.partition("\n") if text.startswith("license") else (_GPL, text)
            source.write_text(licence + "\n" + _HEAD.removeprefix(_GPL) + _ENDLESS_HEAD + "".join(rest).replace("NAME", name))
            for target in TARGETS:
                compiled = compile_file(str(source), Options(Target(kernel=target)))
                needs = compiled.checked.kernel  # a walk through a map raises the target
                (out / f"{name}@{target}@{needs}.o").write_bytes(compiled.data)


def prepare_random(out: Path) -> None:
    """What is refused at compile time is refused for being too large: about one in five of these, which are large on purpose."""
    from rucy.lang.target import Target
    from rucy.pipeline import Options, compile_file
    from rucy.source import UserError
    from tests.fuzz.loops import program

    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "loops.rb"
        for seed in (*range(START, START + COUNT), *ALSO):
            source.write_text(program(seed))
            for target in TARGETS:
                try:
                    made = compile_file(str(source), Options(Target(kernel=target)))
                except UserError as error:
                    assert {diagnostic.code for diagnostic in error.diagnostics} <= TOO_LARGE, f"seed {seed}: {error}"
                    refused += 1
                    continue
                (out / f"{seed}@{target}@{made.checked.kernel}.o").write_bytes(made.data)
    assert refused < (COUNT + len(ALSO)) * len(TARGETS) / 4, refused


@options(timeout=900.0)
def case_random(env: Env) -> None:
    case_endless(env)


@options(timeout=900.0)
def case_endless(env: Env) -> None:
    from rucy.loader.errors import LoadError
    from rucy.loader.objects import Loaded

    running = tuple(map(int, env.release.split("-")[0].split(".")[:2]))
    failed = []
    for path in sorted(Path(env.out).glob("*.o")):
        _, target, needs = path.stem.split("@")
        if any(running < tuple(map(int, kernel.split("."))) for kernel in (TARGETS[target], needs)):
            continue
        with Loaded.open_object(path.read_bytes()) as loaded:
            try:
                loaded.load()
            except LoadError as error:
                failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-3:]))
    assert not failed, f"{len(failed)} refused\n" + "\n".join(failed)
