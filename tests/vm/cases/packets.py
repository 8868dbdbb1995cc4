"""Programs on packets, compiled once: each kernel's verifier takes them, and they find what is in each packet."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.vm.guest import Env, options

_CHANGES = {
    "writes": ("xdp", """
  ip = pkt.ipv4
  next :pass unless ip
  u = pkt.udp
  u.dest = 99 if u
  ip.ttl -= 1
  e = pkt.eth
  e.h_dest = e.h_source if e
  redirect(1)"""),
    "head": ("xdp", """
  ip = pkt.ipv4
  next :pass unless ip
  next :aborted if xdp_adjust_head(-4) != 0
  e = pkt.eth
  next :drop unless e
  e.h_proto = 0x8100
  v = pkt.vlan
  v.h_vlan_TCI = 7 if v
  3.times { |i| $seen += (pkt.u8(i * 4 + 20) || 0) }
  :tx"""),
    "checksums": ("tc_ingress", """
  ip = pkt.ipv4
  u = pkt.udp
  next :ok unless ip && u
  port = u.dest
  l4_csum_replace(40, port, htons(77), 2)
  l3_csum_replace(24, ip_of(pkt), htonl(0x7f000001), 4)
  u = pkt.udp
  next :shot unless u
  u.dest = 77
  $seen = pkt.u16(pkt.size - 2) || 9
  :pipe"""),
    "search": ("xdp", """
  40.times { |i| $seen += 1 if pkt.u8(i) == 0 }
  off = 14
  if h = pkt.at("struct iphdr", off)
    off += h.ihl * 4
    if u = pkt.at("struct udphdr", off)
      $seen += ntohs(u.dest) * 1000
    end
  end
  :pass"""),
}  # fmt: skip
_METHOD = """
def ip_of(pkt)
  ip = pkt.ipv4
  ip ? ip.daddr : htonl(0)
end
"""


def prepare_look(out: Path) -> None:
    from rucy.pipeline import compile_file
    from tests.run.packets import ENDS, LOOK, NAMES

    head = 'license "GPL"\n' + "".join(f"${name} = 0\n" for name in (*NAMES, "seen")) + _METHOD
    programs = {hook: (hook, f"{LOOK}  {end}") for hook, end in ENDS.items()} | _CHANGES
    for name, (hook, body) in programs.items():
        source = out / f"{name}.rb"
        source.write_text(f"{head}{hook} do |pkt|\n{body}\nend\n")
        (out / f"{name}.o").write_bytes(compile_file(str(source)).data)
    (out / "programs.json").write_text(json.dumps({name: hook for name, (hook, _) in programs.items()}))


@options(timeout=600.0)
def case_look(env: Env) -> None:
    from rucy.loader.errors import LoadError
    from tests.run.harness import opened
    from tests.run.packets import ENDS, NAMES, PACKETS, seen

    ran = 0
    for name, hook in json.loads((Path(env.out) / "programs.json").read_text()).items():
        with opened((Path(env.out) / f"{name}.o").read_bytes()) as loaded:
            loaded.load()
            if name not in ENDS:
                _changes(loaded, name, hook)
                continue
            for data in [*PACKETS.values(), *(PACKETS["qinq"][:size] for size in range(34, 50, 3))]:
                for each in NAMES:
                    loaded.write_global(each, bytes(8))
                try:
                    loaded.test_run(hook, data)
                except LoadError:
                    continue
                found = {each: int.from_bytes(loaded.read_global(each), "little") for each in NAMES}
                assert found == seen(hook, data), f"{hook}: {data.hex()}"
                ran += 1
    assert ran > 140, ran


def _changes(loaded: object, name: str, hook: str) -> None:
    from tests.run.packets import PACKETS

    run = loaded.test_run(hook, PACKETS["udp"])  # type: ignore[attr-defined]
    value = 0 if name == "writes" else int.from_bytes(loaded.read_global("seen"), "little")  # type: ignore[attr-defined]
    match name:
        case "writes":
            assert (run.retval, run.data_out[36:38], run.data_out[22]) == (4, b"\0\x63", 63)
        case "head":
            assert (run.retval, run.data_out[12:16]) == (3, b"\x81\0\0\x07")
        case "checksums":
            assert (run.retval, run.data_out[36:38], value) == (3, b"\0\x4d", 0x6C6F)
        case "search":
            assert value == 53000 + PACKETS["udp"][:40].count(0)


def prepare_between(out: Path) -> None:
    """Against Linux 6.1's BTF, as in cases/hooks.py."""
    from tests.hooks.programs import FOLDER, compile_for
    from tests.vm.btf import kernel_btf

    for name in _firings():
        (out / f"{name}.o").write_bytes(compile_for(FOLDER / f"{name}.rb", str(kernel_btf("6.1"))))


@options(timeout=600.0)
def case_between(env: Env) -> None:
    """Attached between two namespaces: dropped, passed, rewritten, sent elsewhere."""
    from tests.load.child import in_child

    for name, fire in _firings().items():
        data = (Path(env.out) / f"{name}.o").read_bytes()
        in_child(lambda fire=fire, data=data: fire(data))  # type: ignore[misc]  # bound at once


def _firings() -> dict[str, Callable[[bytes], None]]:
    from tests.hooks.firing import FIRINGS

    return {one.program: one.fire for one in FIRINGS if one.fire.__module__ == "tests.hooks.packets"}
