"""Random programs of loops in loops: `program(seed)` is the text of one, the same for the same seed.

Turns that are constant, proved and unknown; sums and truth values that go round and are compared; helpers, methods, maps,
records, strings and packets in them. They are there to be loaded, not run: whatever the compiler takes every verifier has to.
"""

from __future__ import annotations

import random

_HEAD = """\
license "{license}"
class Found
  attr :a, :u64
  attr :b, :u32
end
NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6]
SEEN = hash(:u32 => :u64)
STATES = hash(:u64 => Found)
COUNTS = percpu_array :u64, 8
RING = ringbuf Found
$n = 1
$m = 1
$k = -1
$on = false
$out = 0
"""

#: what the program hangs on, with its parameter; packets are there in the second
_HOOKS = (
    'raw_tracepoint "sys_enter", name: :{name} do |regs, id|',
    "xdp name: :{name} do |packet|",
    'kprobe "tcp_connect", name: :{name} do |sk|',
)

#: turns of all constant loops around a place, in a program of that size
_SIZES = (12, 60, 60, 400, 3_000, 40_000)


def program(seed: int, name: str = "prog") -> str:
    return _Program(random.Random(seed)).text(name)


class _Program:
    """`numbers`, `flags`, `texts`, `fixed`: variables that are there, by what they hold; `fixed` ones only to be read."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.count = 0
        self.size = rng.choice(_SIZES)
        self.hook = rng.choice(_HOOKS)
        self.license = "MIT" if rng.random() < 0.2 and "xdp" in self.hook else "GPL"
        self.unknown = rng.random() < 0.6  # are there turns of which nothing is known?
        self.calls = rng.random() < 0.5
        self.walks = rng.random() < 0.15 and "xdp" not in self.hook  # through maps, which needs 5.13
        self.methods: list[str] = []
        self.numbers: list[str] = []
        self.flags: list[str] = []
        self.texts: list[str] = []
        self.fixed: list[str] = []
        self.held: list[str] = []  # objects of a map, or of the ring
        self.kept = 1  # objects of the map that are, or in methods may be, held: while one is, none is put in its place
        self.packet = False
        self.budget = 0
        self.open = 0  # loops around, in which `next` and `break` may stand

    def text(self, name: str) -> str:
        out = [_HEAD.format(license=self.license)]
        for number in range(self.rng.choice((0, 1, 2)) if self.calls else 0):
            out += self.method(f"m{number}")
        self.packet = "packet" in self.hook
        self.numbers, self.flags, self.fixed, self.held, self.kept = [], [], [], [], 0
        self.budget = self.rng.choice((4, 8, 14, 20))
        out.append(self.hook.format(name=name))
        body = self.variables()
        while self.budget > 0:
            body += self.statement(0, 1)
        body += [f"$out += {number}" for number in self.numbers]
        body += [f"$out += 1 if {flag}" for flag in self.flags]
        out += [f"  {line}" for line in body]
        return "\n".join([*out, "  :pass" if self.packet else "  0", "end"]) + "\n"

    def method(self, name: str) -> list[str]:
        self.numbers, self.flags, self.fixed = [], [], ["a", "b"]
        self.budget = self.rng.choice((1, 3, 6))
        lines = [self.variable("s")]
        self.numbers = ["s"]
        while self.budget > 0:
            lines += self.statement(0, 3)
        if self.rng.random() < 0.3:
            lines.insert(self.rng.randrange(1, len(lines)), f"return {self.number()} if {self.condition()}")
            lines = lines if self.level(lines) else lines[:1]
        self.methods.append(name)
        return [f"def {name}(a, b)", *(f"  {line}" for line in lines), "  s", "end"]

    def level(self, lines: list[str]) -> bool:
        """Was the line put where everything that it names is there? Only outside of blocks."""
        depth = 0
        for line in lines:
            if line.startswith("return"):
                return depth == 0
            depth += line.endswith(("|", " do", "{")) or line.startswith(("while ", "until ", "if ", "for ", "begin", "loop "))
            depth -= line.startswith(("end", "}"))
        return False

    # ---------------------------------------------------------------- variables

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def variable(self, name: str) -> str:
        return f"{name} = {self.rng.choice(('0', '0', '1', '$n', '-1', '$k', '$m & 255', '1000'))}"

    def variables(self) -> list[str]:
        lines = []
        for _ in range(self.rng.choice((1, 2, 3, 6))):
            self.numbers.append(self.name("n"))
            lines.append(self.variable(self.numbers[-1]))
        for _ in range(self.rng.choice((0, 1, 2, 3, 3, 6, 24))):
            self.flags.append(self.name("f"))
            lines.append(f"{self.flags[-1]} = {self.rng.choice(('false', 'false', 'true', '$on', '$n > 5'))}")
        if "xdp" not in self.hook and self.rng.random() < 0.3:
            self.texts.append(self.name("t"))
            lines.append(f"{self.texts[-1]} = comm")
        return lines

    def number(self, depth: int = 1) -> str:
        rng = self.rng
        pick = rng.random()
        seen = [*self.numbers, *self.fixed]
        if depth == 0 or pick < 0.5:
            literal = str(rng.choice((0, 1, 2, 5, 7, 64, 255, 1000)))
            return rng.choice([*(seen or ["1"]), *(seen or ["2"]), "$n", "$m", "$k", literal])
        if pick < 0.6:
            return f"NUMBERS[{self.number(0)} & 7]"
        if pick < 0.65 and self.held:
            return f"{rng.choice(self.held)}.{rng.choice('ab')}"
        if pick < 0.7 and self.texts:
            return f"{rng.choice(self.texts)}.size"
        if pick < 0.74 and self.packet:
            return rng.choice((f"(packet.u8({self.number(0)} & 31) || 0)", "(packet.tcp&.dest == 80 ? 1 : 0)", "packet.size"))
        if pick < 0.77 and self.calls and self.methods:
            return f"{rng.choice(self.methods)}({self.number(0)}, {self.number(0)})"
        if pick < 0.8:
            return f"(SEEN[{self.number(0)} & 0xffff] || 3)"
        op = rng.choice(("+", "-", "*", "&", "|", "^", ">>", "/", "%", "<<"))
        right = str(rng.choice((1, 3, 7, 10))) if op in (">>", "<<", "/", "%") else self.number(depth - 1)
        return f"({self.number(depth - 1)} {op} {right})"

    def condition(self) -> str:
        rng = self.rng
        pick = rng.random()
        if pick < 0.3 and self.flags:
            return rng.choice(("", "!")) + rng.choice(self.flags)
        if pick < 0.4 and len(self.flags) > 1:
            return f"{rng.choice(self.flags)} {rng.choice(('&&', '||', '!='))} {rng.choice(self.flags)}"
        if pick < 0.45 and self.texts:
            return rng.choice((f'{rng.choice(self.texts)}.start_with?("ab")', f'{rng.choice(self.texts)} == "init"'))
        return f"{self.number()} {rng.choice(('<', '>', '==', '!=', '<=', '>='))} {self.number()}"

    # ---------------------------------------------------------------- statements

    def statement(self, depth: int, turns: int) -> list[str]:
        self.budget -= 1
        rng = self.rng
        pick = rng.random()
        if depth < 4 and pick < (0.5 if depth == 0 else 0.28):
            return self.loop(depth, turns)
        if depth < 6 and pick < 0.4:
            return [f"if {self.condition()}", *self.inside(depth + 1, turns), "end"]
        if pick < 0.48 and self.flags:
            flag = rng.choice(self.flags)
            return [rng.choice((f"{flag} = !{flag}", f"{flag} = {self.condition()}", f"{flag} = true")) + self.perhaps(0.6)]
        if pick < 0.56 and self.open:
            return [f"{rng.choice(('break', 'next'))} if {self.condition()}"]
        if pick < 0.64:
            return [self.effect() + self.perhaps(0.5)]
        if pick < 0.68 and self.packet:
            return self.header(depth, turns)
        if pick < 0.71 and depth < 3:
            return self.around(depth, turns)
        if pick < 0.74 and self.calls and "xdp" not in self.hook:
            return [f'printk "%d %d", {self.number()}, {self.number()}']
        if pick < 0.77 and self.held:
            return [f"{rng.choice(self.held)}.a {rng.choice(('=', '+='))} {self.number()}" + self.perhaps(0.3)]
        target = rng.choice(self.numbers)
        op = rng.choice(("+=", "+=", "^=", "-=", "=", "*=", "|="))
        return [f"{target} {op} {rng.choice(('1', self.number(2), self.number(2)))}" + self.perhaps(0.5)]

    def perhaps(self, share: float) -> str:
        return f" if {self.condition()}" if self.rng.random() < share else ""

    def effect(self) -> str:
        value = self.number()
        plain = value if "$m" not in value and "SEEN" not in value else "5"  # else what is stored is computed from itself
        added = "5" if any(f"{name}(" in value for name in self.methods) else value  # which may change `$out` meanwhile
        effects = [
            f"$out += {added}", f"$m = {plain}", f"SEEN[{self.number(0)} & 0xffff] = {plain}",
            f"COUNTS[{self.number(0)} & 7] += 1", f"RING << Found.new(a: {self.number()}, b: 3)",
            f"STATES[{self.number(0)} & 0xff] = Found.new(a: {self.number()})",
        ]  # fmt: skip
        effect = self.rng.choice(effects)
        return effects[0] if self.kept and effect is effects[-1] else effect

    def header(self, depth: int, turns: int) -> list[str]:
        name = self.name("h")
        head, field = self.rng.choice((("tcp", "window"), ("udp", "len"), ("ipv4", "tot_len"), ("ipv4", "frag_off")))
        lines = [f"{name} = packet.{head}", f"if {name}"]
        value = self.name("w")
        self.fixed.append(value)
        lines += [f"  {value} = ntohs({name}.{field})", *self.inside(depth + 1, turns), "end"]
        self.fixed.remove(value)
        return lines

    def around(self, depth: int, turns: int) -> list[str]:
        """With an object of a map, or a record of the ring."""
        name = self.name("e")
        self.held.append(name)
        if self.rng.random() < 0.5:
            self.kept += 1
            lines = [f"if {name} = STATES[{self.number(0)} & 0xff]", *self.inside(depth + 1, turns), "end"]
            self.kept -= 1
        else:
            held, self.held = self.held, [name]
            opened, self.open = self.open, 0
            lines = [f"RING.reserve do |{name}|", f"  {name}.a = {self.number()}", *self.inside(depth + 1, turns), "end"]
            self.held, self.open = held, opened
        self.held.remove(name)
        return lines

    def inside(self, depth: int, turns: int) -> list[str]:
        lines = []
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            lines += self.statement(depth, turns)
        return [f"  {line}" for line in lines]

    # ---------------------------------------------------------------- loops

    def loop(self, depth: int, turns: int) -> list[str]:
        rng = self.rng
        index = self.name("i")
        room = max(1, self.size // turns)
        count = min(room, rng.choice((2, 3, 4, 8, 8, 16, 30, 64, 128, 1000, 10_000)))
        mask = (1 << count.bit_length()) - 1
        constant, proved = str(count), rng.choice((f"($n & {mask})", f"$m.clamp(0, {count})", f"($n % {count})"))
        free = rng.choice(("$n", "$m", "$k", *self.numbers))
        bound = rng.choice((constant, constant, proved, free if self.unknown else proved))
        step = rng.choice((1, 1, 2, 3))
        forms = [
            (f"{bound}.times do |{index}|", ()),
            (f"{bound}.times do |{index}|", ()),
            (f"for {index} in 0...{bound}", ()),
            (f"(1..{bound}).each do |{index}|", ()),
            (f"0.step({bound}, {step}) do |{index}|", ()),
            (f"{bound}.downto(1) do |{index}|", ()),
            (f"1.upto({bound}) do |{index}|", ()),
            (f"NUMBERS.each do |{index}|", ()),
            (f"while {index} < {bound}", (f"{index} = 0",)),
            (f"until {index} >= {bound}", (f"{index} = 0",)),
            ("loop do", (f"{index} = 0", f"break if {index} >= {bound}")),
        ]
        if self.unknown:
            forms += [(f"while {self.condition()}", (f"{index} = 0",))]
            forms += [("loop do", (f"{index} = 0", f"break if {self.condition()}"))]
        if self.walks and not depth:
            forms += [(f"SEEN.each do |key, {index}|", ())] * 2
        head, (*extra,) = rng.choice(forms)
        opened, self.open = self.open, self.open + 1
        self.fixed.append(index)
        inside = self.inside(depth + 1, turns * (8 if "NUMBERS" in head else count))
        self.fixed.remove(index)
        self.open = opened
        if extra:
            # the step first, so that `next` does not leave it out
            inside = [*(f"  {line}" for line in extra[1:]), f"  {index} += {step}", *inside]
        return [*extra[:1], head, *inside, "end"]
