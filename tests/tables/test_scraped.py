"""The scraped tables, against what else says the same: the kernel's BTF, libbpf, tracefs, Python's own constants."""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from rucy.kernel import attachtypes, constants, contexts, helpers, maptypes, progtypes, sections, syscalls, tracepoints
from tests.tables.unmodelled import UNMODELLED

SOURCE = Path(__file__).resolve().parents[2] / "src"
ENV = {"PYTHONPATH": str(SOURCE)}
EVENTS = Path("/sys/kernel/tracing/events")


@pytest.fixture(scope="module")
def btf():  # type: ignore[no-untyped-def]
    """The running kernel's BTF."""
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        pytest.skip("this kernel has no BTF")
    from rucy.btf.reader import open_btf

    return open_btf()


def _enumerators(btf, name: str) -> dict[str, int]:  # type: ignore[no-untyped-def]
    found = btf.type(btf.find(name, ("enum",)))
    return {value.name: value.value for value in found.values if not value.name.startswith("__")}


def test_ids_are_the_kernels(btf) -> None:  # type: ignore[no-untyped-def]
    kinds = _enumerators(btf, "bpf_prog_type")
    kinds.pop("BPF_PROG_TYPE_UNSPEC")
    assert {f"BPF_PROG_TYPE_{row.name}": row.id for row in progtypes.ROWS}.items() >= kinds.items()
    attach = _enumerators(btf, "bpf_attach_type")
    assert {row.name: row.id for row in attachtypes.ROWS}.items() >= attach.items()
    maps = {name: value for name, value in _enumerators(btf, "bpf_map_type").items() if "DEPRECATED" not in name}
    maps.pop("BPF_MAP_TYPE_UNSPEC")
    assert {f"BPF_MAP_TYPE_{row.name}": row.id for row in maptypes.ROWS}.items() >= maps.items()
    ours = {f"BPF_FUNC_{name}": row.id for name in helpers.names() if (row := helpers.find(name))}
    theirs = _enumerators(btf, "bpf_func_id")
    theirs.pop("BPF_FUNC_unspec")
    assert ours.items() >= theirs.items()


def _members(btf, type_id: int, base: int = 0):  # type: ignore[no-untyped-def]
    """(name, offset, element size, elements, signed) of a struct's members, those of anonymous members included."""
    for member in btf.type(type_id).members:
        bare = btf.strip(member.type_id)
        offset = base + member.bit_offset // 8
        if not member.name:
            if btf.kind(bare) in ("struct", "union"):
                yield from _members(btf, bare, offset)
            continue
        found = btf.type(bare)
        count = 1
        if btf.kind(bare) == "array":
            count, bare = found.nelems, btf.strip(found.type_id)
            found = btf.type(bare)
        signed = btf.kind(bare) == "int" and bool(found.encoding & 1)
        yield member.name, offset, btf.size(bare), count, signed


@pytest.mark.parametrize("context", contexts.ROWS, ids=lambda row: row.name)
def test_fields_are_where_the_kernel_has_them(btf, context: contexts.Context) -> None:  # type: ignore[no-untyped-def]
    machine = context.name.partition("@")[2]
    if machine and machine != os.uname().machine:
        pytest.skip(f"{machine}'s layout")
    type_id = btf.find(context.struct.removeprefix("struct "), ("struct",))
    if type_id is None:
        pytest.skip("this kernel does not have it")
    theirs = {name: rest for name, *rest in _members(btf, type_id)}
    newer = {field.name for field in context.fields if field.name not in theirs}
    assert all(field.since for field in context.fields if field.name in newer)
    for field in context.fields:
        if field.name not in newer and context.size:
            assert [field.offset, field.size, field.elems, field.signed] == theirs[field.name], field.name
    missing = set(theirs) - {field.name for field in context.fields}
    assert not {name for name in missing if ("context", f"{context.struct[7:]}.{name}") not in UNMODELLED}
    if context.size and not newer:
        assert btf.size(type_id) == context.size


def test_pt_regs(btf) -> None:  # type: ignore[no-untyped-def]
    from rucy.kernel import arch

    row = arch.TARGETS[os.uname().machine]
    type_id = btf.find(row.pt_regs, ("struct",))
    offsets = {}
    for name, offset, size, count, _ in _members(btf, type_id):
        offsets[name] = offset
        offsets.update({f"{name}[{n}]": offset + n * size for n in range(count) if count > 1})
    assert btf.size(type_id) == row.pt_regs_size
    for register in (*row.args, *row.syscall_args, row.result, row.stack, row.ip):
        if register.name != "orig_x0":
            assert offsets[register.name] == register.offset, register.name


def test_every_helper_has_as_many_classes_as_arguments() -> None:
    for name in helpers.names():
        row = helpers.find(name)
        assert row is not None and row.name == name
        for args in (row.args, *(args for _, _, args in row.variants)):
            absent = row.arg_names[len(args) :]
            assert not [arg for arg in absent if ("helper argument", f"{name}.{arg}") not in UNMODELLED], name
        assert set(row.program_types) <= set(progtypes.BY_NAME)
        assert row.program_types


_BASES = """CTX CONST_MAP_PTR MAP_KEY MAP_VALUE MEM FIXED_SIZE_MEM CONST_SIZE CONST_SIZE_OR_ZERO CONST_ALLOC_SIZE_OR_ZERO
ANYTHING SPIN_LOCK SOCK_COMMON SOCKET PTR_TO_BTF_ID BTF_ID_SOCK_COMMON PERCPU_BTF_ID PTR_TO_FUNC PTR_TO_STACK CONST_STR
TIMER DYNPTR RINGBUF_MEM KPTR_XCHG_DEST"""
BASES = _BASES.split()


def test_argument_classes_are_the_documented_ones() -> None:
    pattern = re.compile(r"(\w+?)(_OR_NULL)?(:\w+)?(=\d+)?((?:\|(?:RDONLY|UNINIT|WRITE|ALIGNED|RELEASE|LOCAL|RINGBUF))*)")
    for name in helpers.names():
        row = helpers.find(name)
        assert row is not None
        for args in (row.args, *(args for _, _, args in row.variants)):
            for before, arg in zip(("", *args), args):
                match = pattern.fullmatch(arg)
                assert match and match.group(1) in BASES, (name, arg)
                # a size belongs to the memory before it
                assert not arg.startswith("CONST_SIZE") or "MEM" in before, (name, args)


def test_helpers_known_by_heart() -> None:
    lookup = helpers.find("bpf_map_lookup_elem")
    assert lookup is not None
    assert (lookup.id, lookup.ret, lookup.args) == (1, "PTR_TO_MAP_VALUE_OR_NULL", ("CONST_MAP_PTR", "MAP_KEY"))
    task = helpers.find("get_current_task_btf")
    assert task is not None and task.ret == "PTR_TO_BTF_ID:task_struct"
    printk = helpers.find("trace_printk")
    assert printk is not None and printk.gpl and printk.args == ("MEM|RDONLY", "CONST_SIZE") and "..." in printk.signature
    comm = helpers.find("get_current_comm")
    assert comm is not None and comm.args == ("MEM|UNINIT", "CONST_SIZE")
    cookie = helpers.find("get_socket_cookie")
    assert cookie is not None and helpers.for_program(cookie, "TRACING").args == ("BTF_ID_SOCK_COMMON",)
    assert helpers.for_program(cookie, "SCHED_CLS").args == ("CTX",)
    release = helpers.find("sk_release")
    assert release is not None and release.releases and not release.acquires
    store = helpers.find("skb_store_bytes")
    assert store is not None and store.changes_packet
    assert helpers.find("CTX") is None and helpers.find("no_such_helper") is None
    pid = helpers.find("get_current_pid_tgid")
    assert pid is not None
    assert helpers.since(pid, "KPROBE") == "4.2" and helpers.since(pid, "CGROUP_DEVICE") == "6.1"
    assert helpers.since(pid, "LIRC_MODE2") is None
    bind = helpers.find("bind")
    assert bind is not None
    assert helpers.since(bind, "CGROUP_SOCK_ADDR", "BPF_CGROUP_INET4_BIND") is None
    assert helpers.since(bind, "CGROUP_SOCK_ADDR", "BPF_CGROUP_INET4_CONNECT") == "4.17"


def test_limits_name_helpers_that_the_program_type_has() -> None:
    for (prog_type, name), attach_types in helpers.ONLY.items():
        row = helpers.find(name)
        assert row is not None and prog_type in row.program_types
        assert {text.partition("@")[0] for text in attach_types} <= set(attachtypes.BY_NAME)


def test_sections_are_libbpfs() -> None:
    path = ctypes.util.find_library("bpf")
    if path is None:
        pytest.skip("no libbpf")
    library = ctypes.CDLL(path)
    library.libbpf_set_print.argtypes, library.libbpf_set_print.restype = [ctypes.c_void_p], ctypes.c_void_p
    others = library.libbpf_set_print(None)
    try:
        known = _same_sections(library)
    finally:
        library.libbpf_set_print(others)
    assert known > 80


def _same_sections(library: ctypes.CDLL) -> int:
    """How many of our sections that libbpf knows; what it says of each is what our table says."""
    kind, attach = ctypes.c_int(), ctypes.c_int()
    known = 0
    for row in sections.rows():
        name = (row.name + "/x" if row.pattern.endswith("+") else row.name).encode()
        if library.libbpf_prog_type_by_name(name, ctypes.byref(kind), ctypes.byref(attach)) != 0:
            continue
        known += 1
        assert kind.value == progtypes.BY_NAME[row.prog_type].id, row
        assert attach.value == (attachtypes.BY_NAME[row.attach_type].id if row.attach_type else 0) or b"tc/" in name, row
    return known


def test_old_spellings() -> None:
    row = sections.match("dev/cgroup")
    assert row is not None and (row.prog_type, row.canonical) == ("CGROUP_DEVICE", "cgroup/dev")
    probe = sections.match("kprobe/tcp_connect")
    assert probe is not None and sections.target(probe, "kprobe/tcp_connect") == "tcp_connect"
    assert sections.match("kprobe.multi/tcp_*") != probe
    assert sections.match("cgroup/device") is None and sections.match("kprobed/x") is None


@pytest.mark.root
def test_events_have_their_class_structs(btf) -> None:  # type: ignore[no-untyped-def]
    if not EVENTS.is_dir():
        pytest.skip("no tracefs")
    checked = 0
    for group in sorted(EVENTS.iterdir()):
        if not group.is_dir() or group.name in ("ftrace", "syscalls"):
            continue
        for event in sorted(path for path in group.iterdir() if path.is_dir()):
            classes = tracepoints.classes(group.name, event.name)
            assert any(btf.find(name, ("struct",)) for name in classes), (group.name, event.name, classes)
            checked += 1
    assert checked > 300


def test_events_known_by_heart() -> None:
    assert tracepoints.classes("sched", "sched_switch") == ("trace_event_raw_sched_switch",)
    assert tracepoints.classes("sched", "sched_wakeup") == ("trace_event_raw_sched_wakeup_template",)
    assert tracepoints.classes("syscalls", "sys_enter_openat") == ("trace_event_raw_sys_enter",)
    assert tracepoints.classes("sched", "sched_switc") == ()
    assert len(tracepoints.names()) == len(set(tracepoints.names())) > 3000


@pytest.mark.root
def test_system_calls_are_tracefs() -> None:
    calls = EVENTS / "syscalls"
    if not calls.is_dir():
        pytest.skip("no tracefs, or no system call events")
    for event in sorted(calls.glob("sys_enter_*")):
        name = event.name.removeprefix("sys_enter_")
        fields = re.findall(r"field:([^;]*);\toffset:(\d+);", (event / "format").read_text())
        names = [text.split()[-1] for text, offset in fields if int(offset) >= 16]
        found = syscalls.find(name, os.uname().machine)
        if found is None:
            assert ("syscall", name) in UNMODELLED, name
            continue
        # a newer kernel may give a call more arguments
        assert [argument.name for argument in found][: len(names)] == names, name


def test_system_calls_known_by_heart() -> None:
    found = syscalls.find("openat")
    assert found is not None
    assert [(argument.name, argument.type) for argument in found] == [
        ("dfd", "int"), ("filename", "const char *"), ("flags", "int"), ("mode", "umode_t"),
    ]  # fmt: skip
    assert syscalls.find("getpid") == () and syscalls.find("nonsense") is None
    clone = syscalls.find("clone", "aarch64")
    assert clone is not None and clone[3].name == "tls"


def test_constants_are_the_machines() -> None:
    compared = 0
    for name in constants.names():
        for module in (errno, socket, stat, os):
            other = getattr(module, name, None)
            if isinstance(other, int) and name != "O_LARGEFILE":
                assert constants.find(name, os.uname().machine) == int(other), name
                compared += 1
    assert compared > 150
    assert (constants.find("ETH_P_IP"), constants.find("ETH_P_IPV6"), constants.find("ETH_P_ARP")) == (0x800, 0x86DD, 0x806)
    assert constants.find("EPER") is None


def test_verdicts_are_those_of_the_headers() -> None:
    headers = [Path("/usr/include/linux") / name for name in ("bpf.h", "pkt_cls.h")]
    if not all(header.exists() for header in headers):
        pytest.skip("no kernel headers")
    included = "".join(f"#include <{header}>\n" for header in ("stdio.h", "linux/bpf.h", "linux/pkt_cls.h"))
    asked = "".join(f'printf("{name} %d\\n", {name});\n' for name in constants.VERDICTS)
    program = f"{included}int main(void) {{\n{asked}}}\n"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcc", "-x", "c", "-", "-o", f"{folder}/verdicts"], input=program, text=True, check=True)
        said = subprocess.run([f"{folder}/verdicts"], capture_output=True, text=True, check=True).stdout
    assert {name: int(number) for name, number in map(str.split, said.splitlines())} == constants.VERDICTS


def test_byte_order_is_what_the_header_says() -> None:
    header = Path("/usr/include/linux/bpf.h")
    if not header.exists():
        pytest.skip("no kernel headers")
    text = header.read_text()
    # these two are __be16 in struct sk_buff and copied as they are; the header says nothing
    marked = {("__sk_buff", "protocol"), ("__sk_buff", "vlan_proto")}
    # commented above the field, or by a word beside the type
    marked |= {("sk_reuseport_md", "eth_protocol"), ("bpf_flow_keys", "ipv6_src"), ("bpf_flow_keys", "ipv6_dst")}
    # addresses of struct bpf_sock: sk_rcv_saddr and sk_daddr as they are
    marked |= {("bpf_sock", name) for name in ("src_ip4", "src_ip6", "dst_ip4", "dst_ip6")}
    for struct, body in re.findall(r"^struct (\w+) \{\n(.*?)^\}", text, re.M | re.S):
        for name, comment in re.findall(r"(\w+)(?:\[\d+\])?;[ \t]*/\*(.*?)\*/", body, re.S):
            if "etwork byte order" in comment:
                marked.add((struct, name))
        marked |= {(struct, name) for name in re.findall(r"__be(?:16|32)\s+(\w+)", body)}
    ours = {(context.name, field.name) for context in contexts.ROWS for field in context.fields if field.order == "net"}
    theirs = {(struct, name) for struct, name in marked if struct in contexts.BY_NAME}
    assert ours == theirs


def test_stated_tables_load_no_scraped_one() -> None:
    code = "import sys, rucy.kernel.hooks, rucy.kernel.contexts, rucy.kernel.helpers, rucy.kernel.words\n"
    code += "print([name for name in sys.modules if '_generated.' in name or name in ('inspect', 'dataclasses')])"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, env=ENV, check=True)
    assert done.stdout == "[]\n"
