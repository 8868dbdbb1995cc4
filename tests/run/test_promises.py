"""What the language promises, program by program: what each must do was written down before any of them was compiled.

promises/*.rb holds the programs, each behind a line `#: title`; `#! name = value` lines say how it runs and what is there
afterwards:

    ids, packets      the inputs, one run each (Python; ids are `id` of sys_enter, packets are made by the words below)
    hook              what runs: raw (default), xdp, tc, socket, cgroup
    values            what the program answers, run by run
    packet_out        the packet afterwards
    NAME              what map NAME holds, out: what was written, hist NAME: {slot: count}, refused: inserts by map
    later, wait       {global: value} so many seconds afterwards
    fill              (map, (bits, address, value), …) before the first run
    me                $pid, $tgid are this process, $tid this thread, $ppid its parent
    load = 1          it loads and does not run; load = 0: it compiles
    probes            the programs' names, or how many
    license           other than GPL; None: the program says it

A line `$name = … #=> v, v` says what the global is after each run (one value: after every run; `*`: whatever). A line with
`# error: word, word` is refused with a message that has each word (`*`: whatever), and no other line is. A program
without a hook is the body of `raw_tracepoint "sys_enter" do |regs, id|`.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.run import packets
from tests.run.contents import of_loaded, one_cpu, types_of
from tests.run.harness import _Output, opened, set_comm

FOLDER = Path(__file__).parent / "promises"
_HOOK = re.compile(
    r"^(raw_tracepoint|tp_btf|xdp|tc_\w+|socket_filter|cgroup_\w+|sk_lookup|sockops|k(ret)?probe|kporbe|f(entry|exit)|"
    r"tracepoint|syscall\w*|lsm|license!|  kprobe)(?!\w)",
    re.MULTILINE,
)
_EXPECTED = re.compile(r"^\s*\$(\w+).*?#=> (.+)$")
_ERROR = re.compile(r"# error: (.+)$")


# ---------------------------------------------------------------- packets


def _ether(payload: bytes, kind: int, vlan: int) -> bytes:
    return packets.eth(kind, payload, [(packets.VLAN, vlan)] if vlan else [])


def tcp4(sport: int = 1000, dport: int = 80, vlan: int = 0, **ip: Any) -> bytes:
    return _ether(packets.ip4(packets.TCP, packets.tcp(sport, dport), **ip), packets.IP4, vlan)


def udp4(dport: int = 53, vlan: int = 0, payload: bytes = bytes(8), **ip: Any) -> bytes:
    return _ether(packets.ip4(packets.UDP, packets.udp(1000, dport, payload), **ip), packets.IP4, vlan)


def icmp4() -> bytes:
    return _ether(packets.ip4(packets.ICMP, packets.icmp(8)), packets.IP4, 0)


def tcp6(dport: int) -> bytes:
    return _ether(packets.ip6(packets.TCP, packets.tcp(1000, dport)), packets.IP6, 0)


def udp6(dport: int = 53) -> bytes:
    return _ether(packets.ip6(packets.UDP, packets.udp(1000, dport)), packets.IP6, 0)


def icmp6() -> bytes:
    return _ether(packets.ip6(packets.ICMP6, packets.icmp(128)), packets.IP6, 0)


def arp() -> bytes:
    return packets.eth(0x0806, bytes(28))


WORDS = {f.__name__: f for f in (tcp4, udp4, icmp4, tcp6, udp6, icmp6, arp)}


# ---------------------------------------------------------------- programs


class Program(NamedTuple):
    """`text` has its `#!` lines, so that lines are the file's from `line` on."""

    title: str
    text: str
    said: dict[str, Any]


def programs(path: Path) -> Iterator[Program]:
    for part in re.split(r"^#: ", path.read_text(), flags=re.MULTILINE)[1:]:
        title, _, text = part.partition("\n")
        said = {}
        for name, value in re.findall(r"^#! ([\w ]+) = (.+)$", text, re.MULTILINE):
            said[name] = value if name == "hook" else eval(value, dict(WORDS))
        yield Program(title, text, said)


ALL = [pytest.param(each, id=f"{path.stem}: {each.title}") for path in sorted(FOLDER.glob("*.rb")) for each in programs(path)]


def whole(program: Program) -> str:
    licence = program.said.get("license", "GPL")
    head = f'license "{licence}"; ' if licence else ""
    if _HOOK.search(program.text):
        return head + "\n" + program.text
    return head + 'raw_tracepoint("sys_enter") do |regs, id|\n' + program.text + "end\n"


def expected(program: Program, runs: int) -> dict[str, list[Any]]:
    """Global → a value for each run."""
    out = {}
    for line in program.text.splitlines():
        if found := _EXPECTED.search(line):
            text = found[2]
            values = [...] if text == "*" else list(eval(f"({text},)"))
            out[found[1]] = values * runs if len(values) == 1 else values
            assert len(out[found[1]]) == runs, line
    return out


def errors(program: Program) -> dict[int, list[str]]:
    """Line of `whole` → words."""
    lines = whole(program).splitlines()
    return {n: found[1].split(", ") for n, line in enumerate(lines, 1) if (found := _ERROR.search(line))}


@pytest.mark.root
@pytest.mark.parametrize("program", ALL)
def test_program(program: Program, tmp_path: Path) -> None:
    from rucy.pipeline import compile_file
    from rucy.source import UserError
    from rucy.source.render import render

    path = tmp_path / "program.rb"
    path.write_text(whole(program))
    wanted = errors(program)
    try:
        data = compile_file(str(path)).data
    except UserError as error:
        said: dict[int, list[str]] = {}
        for each in error.diagnostics:
            if each.severity == "error":
                said.setdefault(each.span.line, []).append(render(each))
        told = "\n".join(text for texts in said.values() for text in texts)
        assert said.keys() == wanted.keys(), told
        for line, words in wanted.items():
            for word in words:
                assert word == "*" or any(word in text for text in said[line]), f"no {word!r} in\n{told}"
        return
    assert not wanted, "it compiled"
    run(program, data)


# ---------------------------------------------------------------- running


def run(program: Program, data: bytes) -> None:
    from rucy.pipeline import describe_probes

    said = program.said
    names = [str(each["name"]) for each in describe_probes(data)]
    if "probes" in said:
        assert said["probes"] in (names, len(names)), names
    if said.get("load") == 0:
        return
    with opened(data) as loaded:
        loaded.set_program_types({p["name"]: program_type(p) for p in describe_probes(data)})
        set_comm()
        loaded.load()
        if said.get("load") == 1:
            return
        name = "main" if "main" in names else names[0]
        decoder = types_of(data)
        with one_cpu(), _Output(loaded, data, "out" in said) as output:
            fill(loaded, said)
            inputs = said.get("ids", said.get("packets", 0))
            inputs = inputs if isinstance(inputs, tuple) else (inputs,)
            values = expected(program, len(inputs))
            answers = tuple(run_once(loaded, program, name, each, values, at) for at, each in enumerate(inputs))
            if "values" in said:
                assert answers == (said["values"] if isinstance(said["values"], tuple) else (said["values"],)), answers
            if "wait" in said:
                time.sleep(said["wait"])
                assert {n: number(loaded, n) for n in said["later"]} == said["later"]
            if "out" in said:
                assert output.text() == said["out"]
            check_maps(program, loaded, decoder)


def program_type(probe: dict[str, Any]) -> tuple[Any, Any, Any]:
    """A BTF tracepoint is looked up when it is loaded."""
    return probe["prog_type"], probe["attach_type"], probe["target"] if probe["hook"] == "tp_btf" else None


def fill(loaded: Any, said: dict[str, Any]) -> None:
    import ctypes

    from rucy.loader.libbpf import libbpf

    if "fill" in said:
        name, *rows = said["fill"]
        map = loaded.map(name)
        for bits, address, value in rows:
            key = bits.to_bytes(4, "little") + socket.inet_aton(address)
            held = value.to_bytes(8, "little")[: map.value_size]
            assert libbpf().call("bpf_map_update_elem", map.fd, key, held, ctypes.c_ulonglong(0)) == 0


def number(loaded: Any, name: str) -> int:
    return int.from_bytes(loaded.read_global(name), "little")


def run_once(loaded: Any, program: Program, name: str, given: Any, values: dict[str, list[Any]], at: int) -> int:
    """The answer. Checks the globals and the packet."""
    said = program.said
    if isinstance(given, bytes):
        result = loaded.test_run(name, given)
    elif "run" in said:
        result = loaded.test_run(name, ctx_in=bytes(8))
    else:
        result = loaded.test_run(name, ctx_in=bytes(8) + (given & (1 << 64) - 1).to_bytes(8, "little"))
    for each, row in values.items():
        if row[at] is not ...:
            data = loaded.read_global(each)
            shown = shown_as(data, row[at])
            assert shown == row[at], f"run {at}: ${each}: {shown} ({data.hex()}), expected {row[at]}"
    if said.get("me"):
        ids = {"pid": os.getpid(), "tgid": os.getpid(), "ppid": os.getppid()}
        for each, value in ids.items():
            if each in loaded.globals:
                assert number(loaded, each) == value, each
    if said.get("stopped"):
        stops = [n for n in loaded.globals if "loop" in n]
        assert sum(number(loaded, n) for n in stops) == said["stopped"], loaded.globals
    if "packet_out" in said:
        want = said["packet_out"]
        assert result.data_out == want, f"\n{result.data_out.hex()}\n{want.hex()}"
    return int(result.retval)


def shown_as(data: bytes, like: Any) -> Any:
    if isinstance(like, str):
        return data.partition(b"\0")[0].decode()
    if isinstance(like, bool):
        return any(data)
    return int.from_bytes(data, "little", signed=like < 0)


def check_maps(program: Program, loaded: Any, decoder: Any) -> None:
    said = {n: v for n, v in program.said.items() if n[:1].isupper()}
    for name, want in said.items():
        held = of_loaded(decoder, loaded, [name])[name]
        if isinstance(want, dict):
            assert {plain(k): v for k, v in held} == want, held
        elif loaded.map(name).type.endswith("ARRAY"):
            assert [v for _, v in held] == want, held
        else:
            assert held == want, held
    for name, want in program.said.items():
        if name.startswith("hist "):
            held = of_loaded(decoder, loaded, [name[5:]])[name[5:]]
            assert {k: v for k, v in held if v} == want, held
    for name, count in program.said.get("refused", {}).items():
        assert number(loaded, f"__rucy_insert_{name}") == count


def plain(key: Any) -> Any:
    if isinstance(key, dict):
        return tuple(key.values())
    return tuple(key) if isinstance(key, list) else key
