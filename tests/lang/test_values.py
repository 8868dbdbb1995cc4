"""Kinds of Integers, nil and its tests, byte order, methods: what the typed tree says of them."""

from __future__ import annotations

import pytest

from rucy.lang.target import Target
from tests.lang.checking import checked, codes, probe, typed_text


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("pid + 1", "u64"),
        ("pid - 1", "i64"),
        ("-pid", "i64"),
        ("~pid", "i64"),
        ("ret & pid", "u64"),
        ("ret & ret", "i64"),
        ("ret / pid", "i64"),
        ("pid / 3", "u64"),
        ("pid ** 2", "u64"),
        ("pid <=> 3", "i64"),
        ("ret.abs", "u64"),
        ("pid.pred", "i64"),
        ("pid.succ", "u64"),
        ("pid.magnitude", "u64"),
        ("pid.bit_length", "u64"),
        ("pid.div(3)", "u64"),
        ("pid.modulo(3)", "u64"),
        ("pid.remainder(3)", "i64"),
        ("pid.gcd(3)", "i64"),
        ("pid.lcm(3)", "i64"),
        ("pid[3]", "i64"),
        ("[pid, ret].max" if False else "pid.clamp(1, 5)", "u64"),
        ("18446744073709551615", "u64"),
        ("5 - 3", "i64"),
    ],
)
def test_kind_by_form(expression: str, kind: str) -> None:
    assert f"Write x : {kind}\n" in typed_text(probe(f"  x = {expression}\n  printk(\"%d\", x)"))


def test_a_variable_is_signed_if_anything_signed_is_assigned() -> None:
    text = typed_text(probe('  x = 1\n  printk("%d", x)\n  x = ret'))
    assert "Printk b'%lld'" in text
    assert "Write x : u64" not in text


def test_constants_are_folded_and_wrap_into_their_kind() -> None:
    text = typed_text(probe('  printk("%d", (1 << 64) - 1)\n  printk("%d", 2 ** 64 + 7)\n  printk("%d", -7 / 2)'))
    assert "Int -1 : i64" in text
    assert "Int 7 : u64" in text
    assert "Int -4 : i64" in text


@pytest.mark.parametrize(
    "body",
    [
        "x = A[ret]\nnext unless x\nprintk(\"%d\", x)",
        "x = A[ret]\nprintk(\"%d\", x) if x",
        "x = A[ret]\nprintk(\"%d\", x) unless x.nil?",
        "x = A[ret]\nif x.nil? || x > 3\n  return\nend\nprintk(\"%d\", x)",
        "if (x = A[ret]) && x > 3\n  printk(\"%d\", x)\nend",
        "x = A[ret] || 7\nprintk(\"%d\", x)",
        "x = A[ret]\nx ||= 7\nprintk(\"%d\", x)",
        "x = A[ret]\nx = 3 if x == nil\nprintk(\"%d\", x)",
        "x = A[ret]&.succ || 0\nprintk(\"%d\", x)",
        "x = A[ret]\nwhile x\n  printk(\"%d\", x)\n  x = nil\nend",
        "5.times { |i| printk(\"%d\", A[i]) }",
        "printk(\"%d\", A[ret & 3])",
        "printk(\"%d\", A[ret % 5])",
        "x = A[ret]\nprintk(\"yes\") if x == 3",
    ],
)
def test_tests_of_nil_that_count(body: str) -> None:
    assert codes("A = [1, 2, 3, 4, 5]\n" + probe(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "x = A[ret]\nprintk(\"%d\", x)",
        "x = A[ret]\nif x || ret == 1\n  printk(\"%d\", x)\nend",
        "x = A[ret]\nnext unless x\n2.times { printk(\"%d\", x); x = nil }",
        "i = 3\nwhile ret > 5\n  printk(\"%d\", A[i])\n  i = 70\nend",
        "printk(\"%d\", A[ret & 7])",
        "6.times { |i| printk(\"%d\", A[i]) }",
        "if ret == 1\n  x = 5\nend\nprintk(\"%d\", x)",
    ],
)
def test_tests_of_nil_that_do_not(body: str) -> None:
    found = codes("A = [1, 2, 3, 4, 5]\n" + probe(body))
    assert [each.split(":")[1] for each in found] == ["maybe-nil"]


def test_a_variable_that_a_path_leaves_out_is_nil_there() -> None:
    text = typed_text(probe('  x = 5 if ret == 0\n  printk("%d", x || 1)'))
    assert "Write x : u64?\n      Nil : u64?" in text


def test_network_order() -> None:
    text = typed_text('license "GPL"\nfentry("tcp_connect") { |sk| printk("x") if sk.__sk_common.skc_dport == 443 }')
    assert f"Int {int.from_bytes((443).to_bytes(2, 'big'), 'little')} : be16" in text


def test_a_method_has_an_instance_for_each_shape() -> None:
    text = typed_text(
        "def twice(x)\n  x + x\nend\ndef same(x)\n  x == nil\nend\n"
        + probe('  printk("%d %d", twice(pid), twice(ret))\n  printk("x") if same(1) || same(comm)')
    )
    assert text.count("method twice") == 1
    assert "method twice(x: i64): i64" in text
    assert text.count("method same") == 2


def test_a_method_whose_value_nobody_wants_gives_nil() -> None:
    text = typed_text("$n = 0\ndef count\n  $n += 1\nend\n" + probe("  count"))
    assert "method count(): nil" in text
    assert "GlobalUpdate n add False" in text


def test_methods_that_nothing_calls_are_not_checked() -> None:
    assert codes("def unused\n  nosuch_thing\nend\n" + probe("  1")) == []


def test_what_is_never_reached_raises_nothing() -> None:
    result, diagnostics = checked("D = false\n$n = 0\n" + probe("  $n |= 1 if D"), Target(kernel="5.10", exact=True))
    assert not diagnostics.errors
    assert result.needs == []


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("true ? 2**63 : -1", "i64"),
        ("false ? -1 : 5", "i64"),
        ("true ? 5 : 2**63", "u64"),
        ("true ? A[0] : nil", "u64"),
        ("true ? 1 : B[ret & 1]", "i64"),
        ("B[0]", "i64"),
        ("[2**63, 3 - 1][0]", "i64"),
    ],
)
def test_both_arms_give_the_kind(expression: str, kind: str) -> None:
    assert f"Write x : {kind}\n" in typed_text("A = [1, 2]\nB = [2**63, -1]\n" + probe(f"  x = {expression}\n  $g = x"))


def test_the_target_rises_to_what_is_needed() -> None:
    result, diagnostics = checked("$n = 0\n" + probe("  $n |= 1"))
    assert (result.kernel, diagnostics.items) == ("5.12", [])
    assert [need[0] for need in result.needs] == ["5.12"]
    assert codes("$n = 0\n" + probe("  $n |= 1"), Target("5.10", exact=True)) == ["4:too-new"]


def test_a_refused_expression_is_refused_once() -> None:
    assert codes(probe('  x = nosuch + 1\n  y = x * 2\n  printk("%d", y.foo)\n  z = [y, x]')) == ["3:undefined-name"]


def test_formats_that_an_old_kernel_would_drop() -> None:
    def needs(conversion: str) -> list[str]:
        result, diagnostics = checked(
            f'license "GPL"\nsyscall("getpid") {{ printk "{conversion}"{"" if conversion == "%%" else ", 1"} }}\n'
        )
        assert not diagnostics.items
        return [need[0] for need in result.needs]

    assert [needs(c) for c in ("%d", "%x", "%5d", "%-3d", "%02x", "%X", "%%", "%c")] == [
        [], [], ["5.13"], ["5.13"], ["5.13"], ["5.13"], ["5.13"], ["5.15"],
    ]  # fmt: skip
    for unknown in ("%#x", "%o", "%5-d"):
        source = f'license "GPL"\nsyscall("getpid") {{ printk "{unknown}", 1 }}\n'
        assert [d.code for d in checked(source)[1].items] == ["format-unknown"]
