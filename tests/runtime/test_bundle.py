"""Parts in an executable, and the program as the user half runs it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from rucy.bundle import BundleError, bundle, parts_of
from rucy.frontends.ruby.user_half import user_half_text
from rucy.kernel import constants
from rucy.kernel.maptypes import BY_WORD
from tests.runtime.tool import CHECKOUT, build, run

PARTS = {"meta": b"{}", "object": bytes(range(256)) * 9, "empty": b"", "sourc\u00e9": b"puts 1\n"}


def test_parts_come_back(runtime: Path) -> None:
    made = bundle(runtime.read_bytes(), PARTS)
    assert parts_of(made) == PARTS
    assert made == bundle(runtime.read_bytes(), PARTS)


def test_what_is_no_runtime_or_no_tool_is_refused(runtime: Path) -> None:
    plain = runtime.read_bytes()
    for data in (b"", b"\x7fELF", b"#!/bin/sh\n" * 20, Path("/bin/true").read_bytes(), bundle(plain, PARTS)):
        with pytest.raises(BundleError):
            bundle(data, PARTS)
    for data in (b"", b"\x7fELF", b"#!/bin/sh\n" * 20, Path("/bin/true").read_bytes(), plain):
        with pytest.raises(BundleError):
            parts_of(data)


def test_a_damaged_payload_is_refused(runtime: Path) -> None:
    """Any byte of it, and any that is cut off, but for the four that are always zero and what fills up the end."""
    made = bundle(runtime.read_bytes(), PARTS)
    at = made.index(b"RUCYTOOL\2\0\0\0")
    size = int.from_bytes(made[at + 12 : at + 16], "little")
    for offset in {*range(20), *range(24, size)}:
        damaged = bytearray(made)
        damaged[at + offset] ^= 0x10
        with pytest.raises(BundleError):
            parts_of(bytes(damaged))


def test_the_runtime_knows_every_kind_of_map() -> None:
    text = (CHECKOUT / "runtime/mrblib/words.rb").read_text()
    listed = re.search(r"MAPS = %w\[(.*?)\]", text, re.S)
    assert listed is not None
    assert set(listed[1].split()) == {*BY_WORD, "histogram", "stats"}


def test_only_names_of_live_variables_and_shipped_constants_are_rewritten() -> None:
    source = b"""\
$a += 1 if $ab || $stdout
$a, b = $a[0], "x #{$a} #$a \\#$a #$ab"
puts '$a', :$a, $b # $a
puts $a -1, [$a, AF_INET, EPERM], A::AF_INET6, EOWN
EOWN = 5
"""
    shipped = {"AF_INET": 2, "EPERM": -1, "AF_INET6": 10, "EOWN": 7}
    made = user_half_text(source, frozenset({"a", "b"}), shipped.get)
    assert (
        made
        == b"""\
Rucy::Live[:a] += 1 if $ab || $stdout
Rucy::Live[:a], b = Rucy::Live[:a][0], "x #{Rucy::Live[:a]} #{Rucy::Live[:a]} \\#$a #$ab"
puts '$a', :$a, Rucy::Live[:b] # $a
puts Rucy::Live[:a] -1, [Rucy::Live[:a], 2, (-1)], A::AF_INET6, EOWN
EOWN = 5
"""
    )
    assert user_half_text(source, frozenset(), {}.get) == source


def test_what_means_nothing_to_the_user_half_is_zero() -> None:
    source = b"""\
A = hash(:u32 => :u64, flags: (BPF_F_A | BPF_F_B) | EOWN, default: nil)
$a = nil
$b = nil
f(flags: [nil, C], other: D)
EOWN = 5
"""
    made = user_half_text(source, frozenset({"a"}), {}.get)
    assert (
        made
        == b"""\
A = hash(:u32 => :u64, flags: (0 | 0) | EOWN, default: nil)
Rucy::Live[:a] = 0
$b = nil
f(flags: [nil, C], other: D)
EOWN = 5
"""
    )


@pytest.mark.root
def test_flags_of_a_map_and_a_global_for_an_object_of_an_arena(tmp_path: Path) -> None:
    program = """\
A = hash(:u32 => :u64, flags: BPF_F_NO_PREALLOC | BPF_F_ZERO_SEED, default: 0)
POOL = arena(64)
class Node
  attr :key, :u32
end
$nodes = nil
section! "syscall"
def make(ctx)
  $nodes = POOL.alloc(Node, 100) unless $nodes
  0
end
syscall("getpgid") { A[1] += 2 }
A[5] = 6
p A.to_a
exit
"""
    assert run(build(tmp_path, program)) == (0, "[[5, 6]]\n", "")


def test_no_shipped_constant_is_a_name_of_ruby(runtime: Path) -> None:
    done = subprocess.run([runtime, "--rucy-names"], capture_output=True, text=True, check=True)
    assert not set(json.loads(done.stdout)["top"]) & set(constants.names())
