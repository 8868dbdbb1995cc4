"""Keys and values that declarations leave out, and what becomes of objects that are stored."""

from __future__ import annotations

import pytest

from tests.lang.checking import checked, codes, typed_text


def maps(declarations: str, body: str) -> list[str]:
    """The maps of a program as the typed tree shows them."""
    text = f'license "GPL"\n{declarations}\nsyscall "kill" do |other, number|\n{body}\nend\n'
    shown = typed_text(text).split("\n\nprogram", 1)[0]
    return [line for line in shown.splitlines() if line[:1].isupper()]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("M[pid] = 1", "u32 => u64"),
        ("M[other] = 1", "i32 => u64"),
        ("M[pid] = 1; M[other] = 2", "i64 => u64"),
        ("M[pid + 1] = 1", "u64 => u64"),
        ("M[3] = 1", "u64 => u64"),
        ("M[-3] = 1", "i64 => u64"),
        ("M[pid] = 1; M[1 << 32] = 2", "u64 => u64"),
        ("M[pid] = 1; M[-1] = 2", "i64 => u64"),
        ("M[ntohs(pid)] = 1", "u16 => u64"),
        ("M[comm] = 1", "char[16] => u64"),
        ('M["abc"] = 1; M[comm] = 2', "char[16] => u64"),
        ("M[pid > 1] = 1", "bool => u64"),
        ("M[pid, comm] = 1", "[u32, char[16]] => u64"),
        ("M[pid] = -1", "u32 => i64"),
        ("M[pid] = 1; M[tid] = nsecs - 1", "u32 => i64"),
        ("M[pid] = comm", "u32 => char[16]"),
        ("M[pid] = pid == 1", "u32 => bool"),
        ("x = pid; M[x] = 1", "u32 => u64"),
        ("x = pid; x = nsecs if pid == 1; M[x] = 1", "u64 => u64"),
        ("x = pid == 1 ? pid : cpu; M[x] = 1", "u32 => u64"),
        ("M[pid] = 1; v = M[pid] || 0; M[v] = 1", "u64 => u64"),
        ("M[random] = htons(pid)", "u32 => be16"),
    ],
)
def test_types_that_are_left_out(body: str, found: str) -> None:
    assert maps("M = hash", body) == [f"M: HASH {found}, 10240"]


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("hash(:u32 => :u64, size: 64)", "HASH u32 => u64, 64"),
        ("hash(:u32 => :u64, size: 1 << 10, pin: \"m\")", "HASH u32 => u64, 1024, pin m"),
        ("hash default: -1", "HASH u32 => i64, 10240, default 18446744073709551615"),
        ("lru_hash(:i16 => [:char, 8])", "LRU_HASH i16 => char[8], 10240"),
        ("percpu_array(:u32, 4)", "PERCPU_ARRAY u32 => u32, 4"),
        ("array 16", "ARRAY u32 => u64, 16"),
        ("hash(E => [:u32, 4])", "HASH E => u32[4], 10240"),
        ("hash([:u8, E] => :mac)", "HASH [u8, E] => mac, 10240"),
    ],
)  # fmt: skip
def test_declarations(declared: str, found: str) -> None:
    use = "M[pid] = 1" if declared.startswith(("hash d", "array 16")) else "pid"
    assert maps(f"class E\n  attr :x, :u32\nend\nM = {declared}", use) == [f"M: {found}"]


def test_a_variable_of_a_walk_may_be_assigned() -> None:
    text = 'license "GPL"\nM = hash(:u32 => :u64)\nsyscall "kill" do\n  M.each do |k, v|\n    k = 1\n    v = -1\n  end\nend\n'
    result, diagnostics = checked(text)
    assert not diagnostics.errors
    assert result.kernel == "5.13"


STRUCT = "class E\n  attr :x, :u32\n  attr :y, :u32\nend\nR = ringbuf E\nM = hash(:u32 => E)\n"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("e = E.new\nR << e\ne.x = 1", [3]),
        ("e = E.new\nR << e if pid == 1\ne.x = 1", [3]),
        ("e = E.new\nR << e\ne = E.new\ne.x = 1", []),
        ("e = E.new\nif pid == 1\n  R << e\n  next\nend\ne.x = 1", []),
        ("e = E.new\nf = e\nM[1] = f\ne.x = 1", [4]),
        ("4.times do\n  e = E.new\n  e.x = 1\n  R << e\nend", []),
        ("e = E.new\n4.times do\n  R << e\n  e.x += 1\nend", [4]),
        ("e = E.new\nR << E.new(x: 1)\ne.x = 1", []),
        ("e = E.new\nR << e\nprintk \"%d\", e.x", []),
    ],
)  # fmt: skip
def test_what_was_stored_does_not_change(body: str, lines: list[int]) -> None:
    text = f'license "GPL"\n{STRUCT}syscall "getpid" do\n{body}\nend\n'
    first = text[: text.index("do\n")].count("\n") + 1
    assert codes(text) == [f"{first + line}:changed-after-stored" for line in lines]
