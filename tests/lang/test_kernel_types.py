"""Chains into the kernel's objects, typed by the running kernel's BTF."""

from __future__ import annotations

from rucy.btf.access import chain, find_member
from tests.lang.checking import codes, kernel_types, probe, typed_text


def access(struct: str, *names: str) -> str:
    """The access string of a path through members in place."""
    btf = kernel_types()
    at = btf.find(struct, ("struct",))
    indices: list[int] = []
    for name in names:
        assert at is not None
        found = find_member(btf, at, name)
        assert found is not None
        indices += found.indices
        at = found.type_id
    return chain(indices)


def test_members_in_place_are_one_access() -> None:
    text = typed_text('license "GPL"\nfentry("tcp_connect") { |sk| printk("%d", ntohs(sk.__sk_common.skc_dport)) }')
    sock = kernel_types().find("sock", ("struct",))
    assert f"KernelLoad #{sock} {access('sock', '__sk_common', 'skc_dport')} 2 : be16" in text


def test_a_pointer_on_the_way_is_a_load_of_its_own() -> None:
    text = typed_text(probe('  printk("%d", current_task.real_parent.tgid)'))
    assert text.count("KernelLoad") == 2
    assert f"{access('task_struct', 'real_parent')} 8" in text


def test_what_the_verifier_follows() -> None:
    direct = typed_text('license "GPL"\nfentry("tcp_connect") { |sk| printk("%d", sk.sk_socket.type) }')
    probed = typed_text('license "GPL"\nkprobe("tcp_connect") { |sk| printk("%d", sk.sk_socket.type) }')
    assert "probe" not in direct.split("Printk")[1]
    assert "probe" in probed.split("Printk")[1]


def test_bitfields_and_bools() -> None:
    text = typed_text('license "GPL"\nfentry("tcp_connect") { |sk| printk("%d", sk.sk_gso_disabled) }')
    assert access("sock", "sk_gso_disabled") in text


def test_char_arrays_are_strings() -> None:
    assert "StrCompare eq : bool\n" in typed_text(probe('  printk("x") if current_task.comm == "sh"'))


def test_an_element_outside_is_nil() -> None:
    body = '  task = current_task\n  printk("%d", task.cpus_mask.bits[ret])'
    assert codes(probe(body)) == ["4:maybe-nil"]
    assert codes(probe(body.replace("[ret]", "[ret & 1]"))) == []
    assert codes(probe(body.replace("[ret]", "[0]"))) == []


def test_a_field_of_other_kernels_behind_its_question() -> None:
    btf = kernel_types()
    task = btf.find("task_struct", ("struct",))
    assert task is not None
    here, there = ("__state", "state") if find_member(btf, task, "__state") else ("state", "__state")
    for first, second in ((here, there), (there, here)):
        body = f'  t = current_task\n  x = field?(t, :{first}) ? t.{first} : t.{second}\n  printk("%d", x)'
        assert codes(probe(body)) == []
    assert codes(probe(f'  printk("%d", current_task.{there})')) == ["3:unguarded-field"]
    assert codes(probe('  printk("%d", current_task.frob) if field?(current_task, :frob)')) == ["3:field-unknown"]


def test_casts_and_null() -> None:
    text = typed_text('license "GPL"\nfentry("tcp_connect") { |sk| printk("%d", sk.as("struct tcp_sock").snd_cwnd) }')
    assert "PtrCast" in text
    assert codes('license "GPL"\nfentry("tcp_connect") { |sk| printk("x") if sk.sk_socket && sk }') == []


def test_events_and_system_calls() -> None:
    text = typed_text('license "GPL"\ntracepoint("sched:sched_process_exec") { |e| printk("%s %d", e.filename, e.pid) }')
    assert "ReadString False : str[64]" in text
    text = typed_text('license "GPL"\nsyscall("openat") { |dfd, name| printk("%d %s", dfd, ustr(name, 32)) }')
    assert "CtxLoad 16 4 True 0 0 : i64" in text
    assert "ReadString True : str[32]" in text
