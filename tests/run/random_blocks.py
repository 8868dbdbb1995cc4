"""Random programs of methods that yield: blocks in blocks, handed on, left by next, break and return, with captured variables.

In: a seed. Out: the text of a program for tests/run/mapping.py. All values are Integers and small, so that kinds and wrapping
play no part.
"""

from __future__ import annotations

import random
from typing import NamedTuple


class Method(NamedTuple):
    """`yields`: how many values its block is given at least."""

    name: str
    params: int
    optional: bool
    yields: int


class Made:
    """One program. `form` is how the method being written runs its block, `handed` the name of its block parameter."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.methods: list[Method] = []
        self.callable: list[Method] = []
        self.changed: list[str] = []  # variables that may be assigned here
        self.form = ""
        self.handed = ""

    def name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def expression(self, seen: list[str], depth: int = 2, yields: int = 0) -> str:
        """With `yields`, the method's own block may be run in it."""
        pick = self.random.random()
        if yields and pick < 0.25:
            values = [self.expression(seen, depth - 1) for _ in range(yields + self.random.choice((0, 0, 1)))]
            return self.form.format(", ".join(values))
        if depth <= 0 or pick < 0.45:
            return self.random.choice([*seen, str(self.random.randrange(-3, 9))])
        if pick < 0.6 and self.callable:
            return self.call(seen, depth - 1, yields)
        op = self.random.choice("+-*&|^")
        return f"(({self.expression(seen, depth - 1, yields)} {op} {self.expression(seen, depth - 1, yields)}) % 97)"

    def condition(self, seen: list[str], yields: int = 0) -> str:
        op = self.random.choice(("<", ">", "==", "!=", "<="))
        return f"{self.expression(seen, 1, yields)} {op} {self.expression(seen, 1)}"

    def call(self, seen: list[str], depth: int, yields: int = 0) -> str:
        method = self.random.choice(self.callable)
        count = method.params + (method.optional and self.random.random() < 0.5)
        args = [self.expression(seen, depth - 1) for _ in range(count)]
        if yields == method.yields and self.handed and self.random.random() < 0.3:
            return f"{method.name}({', '.join([*args, '&' + self.handed])})"
        given = f"({', '.join(args)})" if args else ""
        return f"{method.name}{given} {{ {self.block(seen, method.yields, depth - 1, yields)} }}"

    def block(self, seen: list[str], given: int, depth: int, yields: int) -> str:
        params = [self.name() for _ in range(self.random.randrange(1, given + 1))]
        seen = [*seen, *params]
        steps: list[str] = []
        for _ in range(self.random.randrange(3)):
            pick = self.random.random()
            if pick < 0.35 and self.changed:
                steps.append(f"{self.random.choice(self.changed)} = {self.expression(seen, depth, yields)}")
            elif pick < 0.5:
                own = self.name()
                steps.append(f"{own} = {self.expression(seen, depth, yields)}")
                seen = [*seen, own]
            elif pick < 0.87:
                word = self.random.choice(("next", "next", "break", "break", "return"))
                steps.append(f"{word} {self.expression(seen, 1)} if {self.condition(seen)}")
        return f"|{', '.join(params)}| " + "; ".join([*steps, self.expression(seen, depth, yields)])

    def method(self, number: int) -> str:
        params = [self.name() for _ in range(self.random.randrange(1, 3))]
        optional, yields = self.random.random() < 0.3, self.random.randrange(1, 3)
        self.handed = "given" if self.random.random() < 0.4 else ""
        self.form = "given.call({})" if self.handed and self.random.random() < 0.5 else "yield({})"
        listed, seen = list(params), list(params)
        if optional:
            seen.append(self.name())
            listed.append(f"{seen[-1]} = {self.expression(params, 1)}")
        if self.handed:
            listed.append("&given")
        self.changed = list(seen)
        lines = [self.form.format(", ".join(str(at) for at in range(yields)))]
        lines += [self.statement(seen, yields) for _ in range(self.random.randrange(1, 4))]
        lines.append(self.expression(seen, 2, yields))
        self.methods.append(Method(f"m{number}", len(params), optional, yields))
        return f"def m{number}({', '.join(listed)})\n" + "".join(f"  {line}\n" for line in lines) + "end\n"

    def statement(self, seen: list[str], yields: int) -> str:
        pick = self.random.random()
        target = self.random.choice(self.changed)
        if pick < 0.4:
            own = self.name()
            text = f"{own} = {self.expression(seen, 2, yields)}"
            seen.append(own)
            self.changed.append(own)
            return text
        if pick < 0.55:
            return f"{target} = {self.expression(seen, 2, yields)}"
        if pick < 0.7:
            turn = self.name()
            inside = [*seen, turn]
            leave = f"return {self.expression(inside, 1)} if {self.condition(inside)}"
            return f"{self.random.randrange(1, 4)}.times {{ |{turn}| {target} = {self.expression(inside, 2, yields)}; {leave} }}"
        if pick < 0.85:
            return f"return {self.expression(seen, 1)} if {self.condition(seen, yields)}"
        arms = self.expression(seen, 1, yields), self.expression(seen, 1, yields)
        return f"if {self.condition(seen, yields)} then {arms[0]} else {target} = {arms[1]} end"

    def program(self) -> str:
        out = ["# runs: 0 1 2 7 -3", 'license "GPL"', *(f"$g{at} = 0" for at in range(4))]
        for number in range(self.random.randrange(2, 5)):
            self.callable = self.methods[-2:]
            out.append(self.method(number))
        self.callable, self.handed, self.changed, seen = self.methods, "", [], ["id"]
        out.append('raw_tracepoint "sys_enter" do |regs, id|')
        for _ in range(3):
            own = self.name()
            out.append(f"  {own} = {self.expression(seen, 1)}")
            seen.append(own)
            self.changed.append(own)
        for at in range(4):
            out.append(f"  $g{at} = ({self.call(seen, 2)}) & 65535")
            out.append(f"  3.times {{ {self.random.choice(self.changed)} = {self.call(seen, 2)} }}")
        out += [f"  $g0 = ({' ^ '.join(self.changed)}) & 65535", "end"]
        return "\n".join(out) + "\n"


def program(seed: int) -> str:
    return Made(seed).program()
