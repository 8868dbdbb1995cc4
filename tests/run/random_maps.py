"""Random programs with maps, structs, arrays, strings and rings, whose numbers stay far from 64 bits: Ruby and its model of a
map say what they mean (tests/run/mapping.py)."""

from __future__ import annotations

from random import Random

_DECLARED = """\
license "GPL"
class Inner
  attr :x, :u8
  attr :y, :i64
end
class Obj
  attr :n, :i32
  attr :m, :u16
  attr :list, [:i16, 4]
  attr :name, [:char, 6]
  attr :inner, Inner
  attr :ok, :bool

  def total = n + m + list[1]

  def add(by)
    self.n = n + by
    list[2] = by
  end
end
H = hash(:u32 => :i64, size: 4, default: 0)
S = hash(:u8 => :u16, size: 5)
O = hash(:u32 => Obj, size: 3)
A = array(:i64, 4)
P = percpu_array(Obj, 2)
Q = queue(:i32, 3)
K = stack(Inner, 4)
R = ringbuf Obj
C = hash([:u8, :i16] => :i32, size: 6, default: -3)
T = hash([:char, 6] => :i64, default: 1)
I = hash(Inner => :u32)
$a = 0
$b = 0
$c = 0
"""
_TEXTS = ('""', '"one"', '"three"', '"seven77"', '"x"')


class _Writer:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lines: list[str] = []
        self.names = 0
        self.left = 40

    def fresh(self, start: str) -> str:
        self.names += 1
        return f"{start}{self.names}"

    def number(self, depth: int = 2) -> str:
        pick = self.random.randrange(9 if depth else 4)
        match pick:
            case 0:
                return "id"
            case 1 | 2:
                return self.random.choice(("a", "b"))
            case 3:
                return str(self.random.choice((0, 1, 2, 3, 5, 7, 100, 300)))
            case 4:
                return f"({self.number(depth - 1)} & {self.random.choice((1, 3, 7))})"
            case 5:
                return f"({self.number(depth - 1)} + {self.number(depth - 1)})"
            case 6:
                return f"({self.number(depth - 1)} - {self.number(depth - 1)})"
            case 7:
                return f"({self.number(depth - 1)} % {self.random.choice((3, 5, 17))})"
            case _:
                return f"-{self.number(0)}"

    def small(self) -> str:
        return f"({self.number(1)} & {self.random.choice((1, 3))})"

    def variable(self) -> str:
        """A number that the compiler cannot know."""
        return f"({self.target()} + {self.random.randrange(3)})"

    def text(self) -> str:
        return self.random.choice(_TEXTS)

    def inner(self) -> str:
        return f"Inner.new(x: {self.variable()}, y: {self.number(1)})"

    def made(self) -> str:
        fields = [f"n: {self.number()}", f"m: {self.variable()}", f"name: {self.text()}", f"inner: {self.inner()}"]
        fields += [f"ok: {self.test()}"]
        return "Obj.new(" + ", ".join(f for f in fields if self.random.random() < 0.6) + ")"

    def test(self) -> str:
        left, right = self.number(1), self.number(1)
        choices = (
            f"{left} > {right}",
            f"{left} == {right}",
            f"H.key?({left})",
            f"C.key?({self.variable()}, {right})",
            f"I.key?({self.inner()})",
        )
        return self.random.choice(choices)

    def target(self) -> str:
        return self.random.choice(("a", "b"))

    def block(self, indent: str, count: int, objects: tuple[str, ...]) -> None:
        for _ in range(count):
            if self.left > 0:
                self.left -= 1
                self.statement(indent, objects)

    def say(self, indent: str, text: str) -> None:
        self.lines.append(indent + text)

    def statement(self, indent: str, objects: tuple[str, ...]) -> None:
        if objects and self.random.random() < 0.5:
            self.on_object(indent, self.random.choice(objects))
            return
        self.random.choice((self.on_numbers, self.on_numbers, self.on_objects, self.on_lists, self.around))(indent, objects)

    def on_numbers(self, indent: str, objects: tuple[str, ...]) -> None:
        n, k, t = self.number(), self.number(1), self.target()
        self.say(
            indent,
            self.random.choice(
                (
                    f"{t} = {n}",
                    f"H[{k}] += {n}",
                    f"H[{k}] -= {n}",
                    f"H[{k}] = {n}",
                    f"{t} = H[{k}]",
                    f"S[{self.variable()}] = {self.variable()}",
                    f"{t} = S[{self.variable()}] || {n}",
                    f"S.delete({self.variable()})",
                    f"{t} = S.delete({self.variable()}) || 9",
                    f"{t} = H.fetch({k}, {n})",
                    f"C[{self.variable()}, {n}] += 2",
                    f"{t} = C[{self.variable()}, {n}]",
                    f"C.delete([{self.variable()}, {n}])",
                    f"T[{self.text()}] += {n}",
                    f"{t} = T[{self.text()}]",
                    f"A[{self.small()}] += {n}",
                    f"A[{self.small()}] = {n}",
                    f"{t} = A[{self.small()}]",
                    f"{t} = A[{self.variable()}] || 8",
                    f"I[{self.inner()}] = {n}",
                    f"{t} = I[{self.inner()}] || 4",
                    f"S[{self.variable()}] ||= {self.variable()}",
                    f"{t} = (H[{k}] += {n})",
                )
            ),
        )

    def on_lists(self, indent: str, objects: tuple[str, ...]) -> None:
        n, t = self.number(), self.target()
        self.say(
            indent,
            self.random.choice(
                (
                    f"Q << {n}",
                    f"{t} = Q.pop || 5",
                    f"{t} = Q.peek || 6",
                    f"K << {self.inner()}",
                    f"{t} = K.pop&.y || 3",
                    f"R << {self.made()}",
                    f"P[{self.random.randrange(2)}].n += {n}",
                    f"P[{self.random.randrange(2)}].inner.y -= {n}",
                    f"{t} = P[{self.random.randrange(2)}].n",
                    f"{t} = O[{n}]&.total || 2",
                    f"{t} = O[{n}]&.m || 1",
                )
            ),
        )

    def on_objects(self, indent: str, objects: tuple[str, ...]) -> None:
        name, k = self.fresh("o"), self.number(1)
        match self.random.randrange(6):
            case 0:
                self.say(indent, f"O[{k}] = {self.made()}")
            case 1:
                self.say(indent, f"O[{k}] ||= {self.made()}")
            case 2:
                self.say(indent, f"if {name} = O[{k}]")
                self.block(indent + "  ", 3, (*objects, name))
                self.say(indent, "end")
            case 3:
                self.say(indent, f"{name} = {self.made()}")
                self.block(indent, 3, (name,))
                self.say(indent, self.random.choice((f"R << {name}", f"O[{k}] = {name}", f"P[1].inner = {name}.inner")))
            case 4:
                self.say(indent, f"{name} = O.delete({k})")
                self.say(indent, f"{self.target()} = {name}.n if {name}")
            case _:
                self.say(indent, f"R.reserve do |{name}|")
                self.block(indent + "  ", 3, (name,))
                self.say(indent, "end")

    def on_object(self, indent: str, o: str) -> None:
        n, t, i, v = self.number(), self.target(), self.random.randrange(4), self.variable()
        self.say(
            indent,
            self.random.choice(
                (
                    f"{o}.n = {n}",
                    f"{o}.n += {n}",
                    f"{o}.m = {v}",
                    f"{o}.list[{i}] = {n}",
                    f"{o}.list[{self.small()}] = {n}",
                    f"{o}.list[{v}] = 1",
                    f"{t} = {o}.list[{v}] || 2",
                    f"{t} = {o}.list[{i}]",
                    f"{o}.name = {self.text()}",
                    f"{t} = {o}.name == {self.text()} ? {n} : 1",
                    f"{t} = {o}.name.size",
                    f"{o}.inner.y -= {n}",
                    f"{o}.inner.x = {v}",
                    f"{t} = {o}.inner.y",
                    f"{o}.ok = {self.test()}",
                    f"{t} += 1 if {o}.ok",
                    f"{t} = {o}.total",
                    f"{o}.add({n})",
                    f"{t} = T[{o}.name]",
                    f"T[{o}.name] += {n}",
                    f'{t} = {o}.name.start_with?("s") ? 1 : 2',
                    f"{o}.inner = {self.inner()}",
                )
            ),
        )

    def around(self, indent: str, objects: tuple[str, ...]) -> None:
        match self.random.randrange(4):
            case 0:
                self.say(indent, f"if {self.test()}")
                self.block(indent + "  ", 2, objects)
                self.say(indent, "else")
                self.block(indent + "  ", 2, objects)
                self.say(indent, "end")
            case 1:
                name = self.fresh("i")
                self.say(indent, f"{self.random.randrange(1, 4)}.times do |{name}|")
                self.say(indent, f"  {self.target()} += {name}")
                self.block(indent + "  ", 2, ())
                self.say(indent, "end")
            case 2:
                key, value, t = self.fresh("k"), self.fresh("v"), self.target()
                self.say(indent, f"{self.random.choice('HAC')}.each do |{key}, {value}|")
                self.say(indent, f"  next if {value} == {self.random.randrange(4)}")
                self.say(indent, f"  {t} += {value}")
                self.say(indent, "end")
            case _:
                name = self.fresh("v")
                self.say(indent, f"if {name} = S[{self.variable()}]")
                self.say(indent, f"  {self.target()} = {name} + {self.number(1)}")
                self.block(indent + "  ", 1, objects)
                self.say(indent, "end")


def program(seed: int) -> str:
    writer = _Writer(seed)
    writer.block("  ", 14, ())
    numbers = " ".join(str(writer.random.choice((0, 1, 2, 3, 4, 7, 255, 256, -1, -5, 70000))) for _ in range(6))
    body = "\n".join(writer.lines)
    return (
        f'# runs: {numbers}\n{_DECLARED}raw_tracepoint "sys_enter" do |regs, id|\n  a = id\n  b = 2\n{body}\n'
        "  $a = a\n  $b = b\n  $c = H[id]\nend\n"
    )
