"""run(kernel, jobs): one boot of one kernel, many jobs, a result for each.

The guest is QEMU without KVM. Its root is this machine's, over virtiofs and below a tmpfs: what it writes is gone
with it, but for one folder of .cache/vm in which it leaves its results. A small initramfs of busybox mounts that root
and starts guest.py in it with this checkout's Python. The guest's root user could write to this machine's files
through virtiofs: trusted tests only.

Needs root (virtiofsd) and the packages of dev/packages-vm.txt.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.vm.guest import START, Env
from tests.vm.kernels import CHECKOUT, HOST, MODULES, Kernel, get

BOOT_SECONDS = 180.0  # it takes 3 to 5 on a machine with nothing else to do
GRACE_SECONDS = 60.0  # on top of a job's own limit, before the guest counts as hung
MEMORY = "1G"

_COMMAND_LINE = (
    "console=ttyS0 loglevel=4 panic=-1 reboot=t mitigations=off nokaslr tsc=reliable no_timer_check random.trust_cpu=on "
    "lsm=lockdown,yama,bpf rdinit=/init"  # 5.10 runs an LSM program only when bpf is named here
)
_VIRTIOFSD = ("/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd", "/usr/lib/virtiofsd")

_INIT = r"""#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
fail() { echo "init: $*"; $b sync; $b reboot -f; }
for m in $($b cat /modules/order); do $b insmod /modules/$m.ko || echo "init: insmod $m failed"; done
$b mount -t virtiofs hostroot /lower || fail "no virtiofs root"
$b mount -t tmpfs -o mode=755 tmpfs /upper; $b mkdir /upper/files /upper/scratch
$b mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/scratch overlay /new || fail "no overlay"
for d in proc sys dev; do $b mount --move /$d /new/$d; done
$b mount --bind /bin /new/mnt
c="$b chroot /new /mnt/busybox"
for t in debugfs:/sys/kernel/debug tracefs:/sys/kernel/tracing bpf:/sys/fs/bpf cgroup2:/sys/fs/cgroup \
         securityfs:/sys/kernel/security; do
  $c mount -t ${t%%:*} ${t%%:*} ${t#*:}
done
$c mkdir -p /dev/pts /dev/shm
$c mount -t devpts devpts /dev/pts; $c mount -t tmpfs tmpfs /dev/shm; $c mount -t tmpfs tmpfs /run
$c ln -sf /proc/self/fd /dev/fd; $c ln -sf /proc/self/fd/0 /dev/stdin
$c ln -sf /proc/self/fd/1 /dev/stdout; $c ln -sf /proc/self/fd/2 /dev/stderr
$c ip link set lo up
$b mkdir /new/run/rucy; $b mount --bind "/lower$($b cat /share)" /new/run/rucy || fail "no folder for results"
$b chroot /new /bin/sh /run/rucy/start.sh </new/dev/null >/new/run/rucy/log 2>&1
echo "init: ended with status $?"
$b chroot /new /mnt/busybox sh -c 'echo b > /proc/sysrq-trigger'
$b reboot -f
"""


class Job(NamedTuple):
    """One thing to run: a command, or `function` as "package.module:name", called with `env`. Limit in seconds."""

    name: str
    argv: tuple[str, ...] = ()
    function: str = ""
    timeout: float = 30.0
    out: str = ""


class JobResult(NamedTuple):
    """`status`: passed, failed, skipped, timeout, or lost (the kernel or the runner died before it ended).

    `code` is the exit status, negative for a signal. `stderr` ends with the console's tail where the job was lost.
    """

    name: str
    status: str
    code: int
    stdout: str
    stderr: str
    seconds: float


class BootFailed(Exception):
    """The guest did not come as far as its first job. The text ends with the console's tail."""


def run(kernel: str, jobs: Sequence[Job], modules: Sequence[str] = MODULES, cpus: int = 2) -> list[JobResult]:
    """Boot `kernel` (a name of kernels.SERIES, or `host`: no boot) and run the jobs in order.

    Raises BootFailed; NotOffered or Unreachable where the kernel cannot be had.
    """
    base = CHECKOUT / ".cache" / "vm"
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{kernel}.", dir=base) as name:
        share = Path(name) / "share"
        share.mkdir()
        if kernel == HOST:
            _write_jobs(share, jobs, kernel, os.uname().release)
            command = [sys.executable, "-c", START, str(share)]
            with open(share / "log", "wb") as log:
                runner = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                _watch(runner, share, jobs)
            return _results(share, jobs, share / "log")
        found = get(kernel)
        _write_jobs(share, jobs, kernel, found.release)
        console = Path(name) / "console"
        with _machine(found, Path(name), share, modules, cpus) as machine:
            _watch(machine, share, jobs)
        if not (share / "started").exists():
            raise BootFailed(f"Linux {found.release} did not start its tests\n{_tails(Path(name))}")
        return _results(share, jobs, console)


def _write_jobs(share: Path, jobs: Sequence[Job], kernel: str, release: str) -> None:
    described = [
        {"argv": job.argv, "function": job.function, "timeout": job.timeout, "env": Env(kernel, release, job.out)}
        for job in jobs
    ]
    (share / "jobs.json").write_text(json.dumps(described))
    python = CHECKOUT / ".venv" / "bin" / "python"
    (share / "start.sh").write_text(
        f'export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1\n'
        f'export PYTHONPATH="{CHECKOUT}/src"\n'  # these sources, also where .venv was set up for another checkout
        f'cd "{CHECKOUT}" && exec "{python}" -c "{START}" /run/rucy\n'
    )


@contextlib.contextmanager
def _machine(
    kernel: Kernel, work: Path, share: Path, modules: Sequence[str], cpus: int
) -> Iterator[subprocess.Popen[bytes]]:
    """QEMU and its virtiofsd, both gone at the end."""
    (work / "initrd").write_bytes(_initramfs(kernel.modules(["virtio_pci", "virtiofs", "overlay", *modules]), share))
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(_process(_virtiofsd(work / "fs.sock"), work / "virtiofsd.log"))
        limit = time.monotonic() + BOOT_SECONDS
        while not (work / "fs.sock").exists():
            if daemon.poll() is not None or time.monotonic() > limit:
                raise BootFailed("virtiofsd did not start\n" + (work / "virtiofsd.log").read_text(errors="replace"))
            time.sleep(0.01)
        yield stack.enter_context(_process(_qemu(kernel, work, cpus), work / "qemu.log"))


@contextlib.contextmanager
def _process(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that Ctrl-C does not reach and that does not outlive us, even if we are killed."""
    with open(log, "wb") as out:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _virtiofsd(socket: Path) -> list[str]:
    found = [path for path in _VIRTIOFSD if os.access(path, os.X_OK)]
    if not found:
        raise BootFailed("no virtiofsd: Debian 12 has it in qemu-system-common, Debian 13 in virtiofsd")
    version = subprocess.run([found[0], "--version"], capture_output=True, text=True).stdout
    if "QEMU" in version or "FUSE" in version:  # the one in C, of QEMU up to 7.2
        options = ["-o", "source=/", "-o", "cache=always", "-o", "sandbox=chroot"]
    else:
        options = ["--shared-dir=/", "--cache=always", "--sandbox=none", "--no-announce-submounts"]
    return [found[0], f"--socket-path={socket}", "--thread-pool-size=0", *options]


def _qemu(kernel: Kernel, work: Path, cpus: int) -> list[str]:
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "q35,memory-backend=mem", "-accel", "tcg,thread=multi", "-cpu", "max",
        "-smp", str(cpus), "-m", MEMORY, "-object", f"memory-backend-memfd,id=mem,size={MEMORY},share=on",
        "-kernel", str(kernel.image), "-initrd", str(work / "initrd"), "-append", _COMMAND_LINE,
        "-serial", f"file:{work}/console", "-chardev", f"socket,id=fs,path={work}/fs.sock",
        "-device", "vhost-user-fs-pci,chardev=fs,tag=hostroot,queue-size=1024",
    ]  # fmt: skip


def _watch(machine: subprocess.Popen[bytes], share: Path, jobs: Sequence[Job]) -> None:
    """Until the machine ends; kill it when the boot, or the job that it is at, takes too long."""
    number = -1  # the boot
    limit = time.monotonic() + BOOT_SECONDS
    while machine.poll() is None:
        time.sleep(0.02)
        while number < len(jobs) and (share / (f"{number}.json" if number >= 0 else "started")).exists():
            number += 1
            limit = time.monotonic() + (jobs[number].timeout if number < len(jobs) else 0) + GRACE_SECONDS
        if time.monotonic() > limit:
            machine.kill()
            machine.wait()


def _results(share: Path, jobs: Sequence[Job], console: Path) -> list[JobResult]:
    results: list[JobResult] = []
    lost = False
    for number, job in enumerate(jobs):
        try:
            held: dict[str, Any] = json.loads((share / f"{number}.json").read_text())
            results.append(JobResult(job.name, **held))
        except FileNotFoundError:
            why = "not run: the kernel died in a job before this one" if lost else _tails(console.parent, share)
            partial = [_read(share / f"{number}.{stream}") for stream in ("stdout", "stderr")]
            results.append(JobResult(job.name, "lost", -1, partial[0], partial[1] + why, 0.0))
            lost = True
    return results


def _tails(work: Path, share: Path | None = None) -> str:
    """The last lines of every log of a boot."""
    logs = [work / "qemu.log", (share or work / "share") / "log", work / "console"]
    return "".join(f"--- {log.name}\n" + _read(log, 100) for log in logs if log.exists())


def _read(path: Path, lines: int = 0) -> str:
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "".join(text.splitlines(keepends=True)[-lines:])


def _initramfs(modules: Sequence[tuple[str, bytes]], share: Path) -> bytes:
    """busybox, the modules and the init script."""
    busybox = shutil.which("busybox", path="/bin:/usr/bin")
    if busybox is None:
        raise BootFailed("no busybox: install busybox-static")
    order = " ".join(name for name, _ in modules)
    files = {"bin/busybox": Path(busybox).read_bytes(), "init": _INIT.encode(), "share": str(share).encode()}
    files |= {"modules/order": order.encode(), **{f"modules/{name}.ko": data for name, data in modules}}
    return cpio(files, ("proc", "sys", "dev", "lower", "upper", "new"))


def cpio(files: Mapping[str, bytes], folders: Sequence[str] = ()) -> bytes:
    """An archive in the "newc" format, with the folders that the files lie in, and a console."""
    out = io.BytesIO()
    inode = 0

    def put(name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> None:
        nonlocal inode
        inode += 1
        path = name.encode() + b"\0"
        fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0)
        header = b"070701" + b"".join(b"%08x" % field for field in fields) + path
        out.write(header + b"\0" * (-len(header) % 4) + data + b"\0" * (-len(data) % 4))

    parents = {str(parent) for name in files for parent in Path(name).parents if parent != Path(".")}
    for folder in sorted({*folders, *parents, "dev"}):
        put(folder, stat.S_IFDIR | 0o755)
    put("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    for name, data in files.items():
        put(name, stat.S_IFREG | 0o755, data)
    put("TRAILER!!!", 0)
    return out.getvalue()
