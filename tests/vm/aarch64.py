"""run(jobs): one boot of Debian's kernel for aarch64, emulated, with built tools and busybox in it and nothing else.

This machine's files are no use there: all lies in the initramfs, and the results come back over the console. A job's tool is
started; when it says that it is ready, the job's shell commands make things happen, and SIGINT ends the tool.
"""

from __future__ import annotations

import base64
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.vm.boot import cpio
from tests.vm.kernels import CHECKOUT, busybox, get

KERNEL = "6.12"
SECONDS = 1500  # a boot takes some 20 on a machine with nothing else to do
READY = "ready"

_INIT = r"""#!/bin/busybox sh
b=/bin/busybox
$b mkdir -p /proc /sys /dev /tmp
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
$b mount -t tracefs tracefs /sys/kernel/tracing; $b mount -t bpf bpf /sys/fs/bpf
$b --install -s /bin; export PATH=/bin
ip link set lo up
for job in /jobs/*; do
  cd $job
  "./tool" $(cat words) >out 2>err & tool=$!
  tries=0
  until grep -q '^READY' out err || ! kill -0 $tool || [ $tries = 600 ]; do sleep 0.1; tries=$((tries + 1)); done
  [ $tries = 600 ] && echo "it did not say that it is ready" >>err
  sh ./act >acted 2>&1
  sleep 0.5
  kill -INT $tool
  wait $tool; echo $? >status
done
echo
for file in /jobs/*/out /jobs/*/err /jobs/*/acted /jobs/*/status; do echo "file $file $(base64 -w0 $file)"; done
echo "file end "
poweroff -f
""".replace("READY", READY)


class Job(NamedTuple):
    """`act`: what the shell does while the tool runs."""

    name: str
    tool: Path
    words: str
    act: str


class Ended(NamedTuple):
    """`acted`: what the shell's commands printed."""

    status: int
    out: str
    err: str
    acted: str


def run(jobs: Sequence[Job]) -> dict[str, Ended]:
    """What became of each, by name. AssertionError with the console's end where the machine did not come so far."""
    files = {"bin/busybox": busybox("arm64").read_bytes(), "init": _INIT.encode()}
    for job in jobs:
        files |= {
            f"jobs/{job.name}/tool": job.tool.read_bytes(), f"jobs/{job.name}/words": job.words.encode(),
            f"jobs/{job.name}/act": job.act.encode(),
        }  # fmt: skip
    base = CHECKOUT / ".cache" / "vm"
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aarch64.", dir=base) as name:
        (Path(name) / "initrd").write_bytes(cpio(files))
        command = [
            "qemu-system-aarch64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "virt",
            "-cpu", "max,pauth-impdef=on", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "1G", "-serial", "stdio",
            "-kernel", str(get(KERNEL, "arm64").image), "-initrd", f"{name}/initrd",
            "-append", "console=ttyAMA0 loglevel=4 panic=-1 mitigations=off nokaslr rdinit=/init",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    console = done.stdout.decode(errors="replace")
    found = dict(re.findall(r"^file (\S+) (\S*)\r?$", console, re.M))
    assert "end" in found, console[-4000:] + done.stderr.decode(errors="replace")

    def of(job: Job, file: str) -> str:
        return base64.b64decode(found[f"/jobs/{job.name}/{file}"]).decode(errors="replace")

    return {job.name: Ended(int(of(job, "status")), of(job, "out"), of(job, "err"), of(job, "acted")) for job in jobs}


__all__ = ["KERNEL", "READY", "Ended", "Job", "run"]
