# ruff: noqa: E501 - texts of the kernel
"""Verifier refusals: the words for each log text, and the line, on real refusals here and on texts of other kernels."""

from __future__ import annotations

import re

import pytest

from rucy.loader.errors import VerifierRefusal
from rucy.loader.refusals import ROWS
from rucy.loader.verifier import refusal
from tests.load.firing import opened
from tests.load.refusing import CASES, Refused

# What a log says after its last instruction (kernel), and words that the reason must have.
TEXTS = (
    ("R1 invalid mem access 'inv'", "5.10", "a number is used as an address"),
    ("R1 invalid mem access 'scalar'", "6.1", "a number is used as an address"),
    ("R0 invalid mem access 'map_value_or_null'", "6.1", "may be nil"),
    ("R1 invalid mem access 'rcu_ptr_or_null_'", "6.12", "may be nil"),
    ("R3 type=map_value_or_null expected=fp, pkt", "5.10", "may be nil"),
    ("Possibly NULL pointer passed to trusted arg0", "6.12", "may be nil"),
    ("Unreleased reference id=2 alloc_insn=4", "6.1", "not given back"),
    ("invalid access to packet, off=3 size=1, R1(id=0,off=3,r=0)\nR1 offset is outside of the packet", "6.1", "packet may be shorter"),
    ("invalid access to packet, off=3 size=1\nR1 min value is outside of the allowed memory range", "7.3", "packet may be shorter"),
    ("invalid access to map value, value_size=8 off=8 size=4\nR0 min value is outside of the allowed memory range", "6.1", "map's value"),
    ("R0 unbounded memory access, make sure to bounds check any such access", "6.1", "past the end"),
    ("R2 min value is negative, either use unsigned or 'var &= const'", "6.1", "negative"),
    ("math between map_value pointer and register with unbounded min value is not allowed", "6.1", "without known bounds"),
    ("R0 32-bit pointer arithmetic prohibited", "6.1", "arithmetic with a pointer"),
    ("R1 bitwise operator &= on pointer prohibited", "6.1", "arithmetic with a pointer"),
    ("back-edge from insn 5 to 2", "5.10", "loop ends"),
    ("infinite loop detected at insn 2", "6.1", "loop ends"),
    ("BPF program is too large. Processed 1000001 insn", "6.1", "1000001"),
    ("The sequence of 8193 jumps is too complex.", "6.1", "8193"),
    ("combined stack size of 2 calls is 704. Too large", "6.1", "704 bytes"),
    ("unknown func bpf_get_socket_cookie#46", "6.1", "`get_socket_cookie`"),
    ("program of this type cannot use helper bpf_get_socket_cookie#46", "6.18", "`get_socket_cookie`"),
    ("The address of function ethtool_rxnfc_copy_to_compat cannot be found", "7.3", "not among its functions"),
    ("invalid func unknown#300", "5.10", "helper number 300"),
    ("cannot call GPL-restricted function from non-GPL compatible program", "6.18", "GPL"),
    ("cannot call GPL only function from proprietary program", "5.10", "GPL"),
    ("R0 !read_ok", "6.1", "without a result"),
    ("R7 !read_ok", "6.1", "not set on every path"),
    ("invalid indirect read from stack R2 off -8+4 size 8", "6.1", "never written"),
    ("invalid read from stack off -16+0 size 1", "5.10", "never written"),
    ("invalid read from stack R2 off=-520 size=8", "6.1", "outside the stack"),
    ("At program exit the register R0 has value (0x0; 0xffffffff) should have been in (0x0; 0x1)", "6.1", "result"),
    ("invalid bpf_context access off=128 size=4", "6.1", "context"),
    ("cannot update sockmap in this context\ncannot pass map_type 15 into func bpf_map_update_elem#2", "7.3", "put sockets into"),
    ("cannot pass map_type 1 into func bpf_ringbuf_query#134", "6.1", "`ringbuf_query`"),
    ("Attach to tcp_connect is not allowed", "6.1", "attached"),
    ("calling kernel function bpf_task_from_pid is not allowed", "6.1", "`bpf_task_from_pid`"),
    ("helper call might sleep in a non-sleepable prog", "6.18", "sleep"),
    ("unreachable insn 4", "6.1", "well formed"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "kernel", "words"), TEXTS)
def test_words(text: str, kernel: str, words: str) -> None:
    log = f"; x = 1;\n0: (b7) r0 = 0 ; R0=0\n1: (95) exit\n{text}\nprocessed 2 insns (limit 1000000) max_states_per_insn 0\n"
    found = refusal("prog", log, b"")
    assert words in found.reason
    assert not re.search(r"\bR\d", found.message), "a register in the title"
    assert found.tail[-1] == text.splitlines()[-1]
    assert found.log == log


def test_every_row_is_a_pattern_with_its_groups() -> None:
    for row in ROWS:
        groups = re.compile(row.pattern).groups
        used = {int(n) for n in re.findall(r"\{(\d)\}", row.reason)}
        assert all(n <= groups for n in used), row


def test_unknown_words_are_the_verifiers() -> None:
    found = refusal("prog", "0: (95) exit\nR3 has gone fishing\nprocessed 1 insns (limit 1000000)\n", b"")
    assert found.reason == "a register has gone fishing"


def test_report_of_newer_kernels() -> None:
    log = """0: (95) exit
R3 has gone fishing

Verification failed: Register Type Safety: Fishing

Reason:
  R3 is at the lake, so the verifier
  cannot see it.

At:
  prog @ a.rb:3:15
  >>> 3 | invalid access to packet

Suggestion:
  Wait.

processed 1 insns (limit 1000000)
"""
    found = refusal("prog", log, b"")
    assert found.reason == "a register is at the lake, so the verifier cannot see it."
    assert found.tail == ("0: (95) exit", "R3 has gone fishing")


def test_damaged_object_gives_no_line() -> None:
    found = refusal("prog", "0: (95) exit\nR0 !read_ok\n", b"\x7fELF" + bytes(80))
    assert (found.file, found.line, found.source) == ("", 0, "")


@pytest.mark.root
@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_refusal_and_its_line(case: Refused) -> None:
    with opened(case.build(), "xdp") as loaded, pytest.raises(VerifierRefusal) as caught:
        loaded.load()
    case.check(caught.value)
