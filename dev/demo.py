"""`make demo`: a Ruby file decides what the kernel does.

`rucy run` attaches the device filter to a cgroup of our own. Then four processes try to read /dev/urandom and /dev/zero,
inside that cgroup and outside it, while the filter is attached and after it has gone. What is printed is what they
said; the exit status is 1 unless it is what the filter promises. Where this kernel does not permit BPF, all of it runs
on a Debian kernel in QEMU.

    dev/demo.py [FILE.rb] [--without-attach]     the latter leaves the filter out: the demo must then fail
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
FILES = ("examples/device_filter.rb", "examples/device_filter_block.rb")
DEVICES = ("/dev/urandom", "/dev/zero")

# Joins the cgroup (or none) and says what reading each device gave: "ok", or the name of the error.
_READER = """
import errno, os, sys
if sys.argv[1]:
    with open(sys.argv[1] + "/cgroup.procs", "w") as procs:
        procs.write("0")
for device in sys.argv[2:]:
    try:
        with open(device, "rb", buffering=0) as file:
            print("ok" if len(file.read(16)) == 16 else "short")
    except OSError as error:
        print(errno.errorcode[error.errno])
"""


def main(arguments: list[str]) -> int:
    attach = "--without-attach" not in arguments
    files = [a for a in arguments if not a.startswith("-")] or list(FILES)
    if subprocess.run(["/usr/bin/python3", CHECKOUT / "dev/bpf_permitted.py"], capture_output=True).returncode and (
        "RUCY_DEMO_HERE" not in os.environ
    ):
        return in_vm(arguments)
    shown = [show(file, attach) for file in files]
    return 0 if all(shown) else 1


def in_vm(arguments: list[str]) -> int:
    sys.path.insert(0, str(CHECKOUT))
    from tests.vm.boot import Job, run

    print("This kernel does not permit BPF here; the demo runs on Debian's Linux 6.1 in QEMU.")
    command = ("/usr/bin/env", "RUCY_DEMO_HERE=1", str(CHECKOUT / ".venv/bin/python"), str(CHECKOUT / "dev/demo.py"), *arguments)
    result = run("6.1", [Job("demo", argv=command, timeout=120)])[0]
    print(result.stdout, end="")
    print(result.stderr, end="", file=sys.stderr)
    return 0 if result.status == "passed" else 1


def show(file: str, attach: bool) -> bool:
    """Run one filter and print what the processes saw. True if all of it is as promised."""
    print(f"\n{file}:")
    with cgroup() as group:
        with attached(file, group) if attach else contextlib.nullcontext():
            during = {"inside": read(group), "outside": read("")}
        after = {"inside": read(group), "outside": read("")}
    print(f"  {'':28}{DEVICES[0]:16}{DEVICES[1]}")
    for when, seen in (("filter attached", during), ("filter detached", after)):
        for where, results in seen.items():
            print(f"  {when + ', ' + where:28}{results[0]:16}{results[1]}")
    right = during == {"inside": ["EPERM", "ok"], "outside": ["ok", "ok"]} and after == {w: ["ok", "ok"] for w in after}
    print("  as the Ruby file says" if right else "  NOT as the Ruby file says")
    return right


@contextlib.contextmanager
def cgroup() -> Iterator[str]:
    """A new cgroup (v2), removed at the end."""
    with open("/proc/mounts") as mounts:
        mount = next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)
    if mount is None:
        sys.exit("demo: no cgroup2 file system is mounted")
    path = f"{mount}/rucy-demo-{os.getpid()}"
    os.mkdir(path)
    try:
        yield path
    finally:
        os.rmdir(path)


@contextlib.contextmanager
def attached(file: str, group: str) -> Iterator[None]:
    """`rucy run FILE --cgroup GROUP`, from the moment it says that the program is attached to Ctrl-C."""
    command = ["env", "--default-signal=INT", sys.executable, "-m", "rucy", "run", str(CHECKOUT / file), "--cgroup", group]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said = []
        for line in child.stderr:
            said.append(line)
            if "attached" in line:
                break
        else:
            sys.exit("demo: `rucy run` ended:\n" + "".join(said))
        print(f"  {said[-1].strip()}")
        try:
            yield
        finally:
            child.send_signal(signal.SIGINT)
            if child.wait(30):
                print(f"demo: `rucy run` ended with status {child.returncode}", file=sys.stderr)


def read(group: str) -> list[str]:
    """What a process in the cgroup ("" for none of ours) gets from each device."""
    done = subprocess.run([sys.executable, "-c", _READER, group, *DEVICES], capture_output=True, text=True, check=True)
    return done.stdout.split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
