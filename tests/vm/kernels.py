"""The kernels that the tests boot, and where they come from.

In: the machine's own apt sources. Out: `Kernel`, unpacked under .cache/kernels, its image, modules and their order.
What apt downloads is checked against the archive's signed index. Nothing of the machine's own apt state changes.

    python -m tests.vm.kernels      fetch what RUCY_KERNELS asks for (`all`, or names with commas) and list it

A kernel is looked for once; .cache/kernels/index.json remembers what was found. Delete the folder to look again.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
STORE = CHECKOUT / ".cache" / "kernels"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Series(NamedTuple):
    """A row of the list: a kernel by the name that tests use, and the Debian suites to look in."""

    name: str
    prefix: str  # what the version begins with; "" takes any
    suites: tuple[str, ...]  # a suite of debian-security ends in -security
    tested: bool  # `make test` runs it; the others are left to `make test-kernels`


_NEWER = ("bookworm-backports", "trixie-security", "trixie", "trixie-backports")

SERIES = (
    Series("5.10",   "5.10.", ("bullseye-security", "bullseye"),  True),
    Series("6.1",    "6.1.",  ("bookworm-security", "bookworm"),  True),
    Series("6.12",   "6.12.", _NEWER,                             False),
    Series("6.18",   "6.18.", _NEWER,                             False),
    Series("newest", "",      _NEWER,                             True),
)  # fmt: skip

HOST = "host"

# Loaded at each boot, in this order and with what they depend on; one that is built in is left out.
MODULES = ("veth", "cls_bpf", "sch_ingress", "act_bpf")


class Unreachable(Exception):
    """A suite could not be asked, so it is not known whether it offers a kernel."""


class NotOffered(Exception):
    """The suites answered, and none offers this kernel any more."""


class Kernel:
    """An unpacked kernel package: `name` of its series, `release` as `uname -r` says, `image`, modules."""

    def __init__(self, name: str, top: Path) -> None:
        images = sorted([*top.glob("boot/vmlinuz-*"), *top.glob("usr/lib/modules/*/vmlinuz")])
        folders = [p for p in [*top.glob("lib/modules/*"), *top.glob("usr/lib/modules/*")] if (p / "kernel").is_dir()]
        if not images or not folders:
            raise FileNotFoundError(f"{top} holds no kernel image or no modules: delete it to download it again")
        self.name = name
        self.image = images[0]
        self.release = folders[0].name
        self._files = {
            _module_name(path.name): path for path in folders[0].rglob("*.ko*") if ".ko" in path.name
        }
        listed = top.rglob("modules.builtin")
        self._builtin = {_module_name(line) for path in listed for line in path.read_text().splitlines()}

    def modules(self, names: Iterable[str]) -> list[tuple[str, bytes]]:
        """(name, uncompressed bytes) of each module and of those it depends on, in the order to load them."""
        order: dict[str, bytes] = {}

        def add(name: str) -> None:
            if name in order or name in self._builtin:
                return
            if name not in self._files:
                raise FileNotFoundError(f"Linux {self.release} has no module {name}")
            data = _unpacked(self._files[name])
            needs = re.search(rb"(?:^|\0)depends=([^\0]*)\0", data)
            for other in needs[1].decode().split(",") if needs and needs[1] else ():
                add(other.replace("-", "_"))
            order[name] = data

        for name in names:
            add(name.replace("-", "_"))
        return list(order.items())


def _module_name(path: str) -> str:
    return os.path.basename(path.strip()).partition(".ko")[0].replace("-", "_")


def _unpacked(path: Path) -> bytes:
    if path.suffix == ".xz":
        return lzma.decompress(path.read_bytes())
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    return path.read_bytes()


def wanted() -> tuple[str, ...]:
    """The names of the kernels of this run: RUCY_KERNELS is `all` or names with commas; unset, the tested ones.

    `host` is the running kernel, which needs no VM and no download.
    """
    asked = os.environ.get("RUCY_KERNELS", "")
    if not asked:
        return (HOST, *(row.name for row in SERIES if row.tested))
    if asked == "all":
        return (HOST, *(row.name for row in SERIES))
    names = tuple(asked.split(","))
    for name in names:
        if name != HOST:
            series(name)
    return names


def booted() -> tuple[str, ...]:
    """Those of `wanted` that a VM runs: none with RUCY_NO_VM=1."""
    return () if os.environ.get("RUCY_NO_VM") == "1" else tuple(name for name in wanted() if name != HOST)


def series(name: str) -> Series:
    for row in SERIES:
        if row.name == name:
            return row
    raise ValueError(f"no kernel `{name}` in the list: {', '.join(row.name for row in SERIES)}")


def get(name: str, arch: str = "amd64") -> Kernel:
    """The kernel of that name, downloaded if it is not here yet; `arch` as Debian calls machines. Raises NotOffered or
    Unreachable."""
    row = series(name)
    with _lock():
        index = _read_index()
        key = name if arch == "amd64" else f"{name} {arch}"
        package = index.get(key)
        if package is None or (package and not _folder(package).is_dir()):
            index[key] = package = _newest(row, arch)
            if package and not _folder(package).is_dir():
                _download(package, _folder(package), arch)
            _write_index(index)
    if not package:
        raise NotOffered(f"Debian's suites {', '.join(row.suites)} no longer offer a Linux {name}")
    return Kernel(name, _folder(package))


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    """One process at a time: two test runs of a checkout share its kernels."""
    STORE.mkdir(parents=True, exist_ok=True)
    with open(STORE / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder(package: str) -> Path:
    return STORE / package.partition(" ")[0]


def _read_index() -> dict[str, str]:
    try:
        held: dict[str, str] = json.loads((STORE / "index.json").read_text())
        return held
    except (OSError, ValueError):
        return {}


def _write_index(index: dict[str, str]) -> None:
    new = STORE / "index.json.new"
    new.write_text(json.dumps(index, indent=1, sort_keys=True) + "\n")
    new.replace(STORE / "index.json")


def busybox(arch: str) -> Path:
    """A static busybox for another machine, from Debian 12."""
    held = STORE / f"busybox-{arch}"
    with _lock():
        if not held.exists() and _update("bookworm", arch):
            part = STORE / f"busybox-{arch}.part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            _run([*_apt("apt-get", "bookworm", arch), "download", "busybox-static"], cwd=part)
            for archive in part.glob("*.deb"):
                _run(["dpkg-deb", "-x", str(archive), str(part)])
            (part / "bin/busybox").rename(held)
            shutil.rmtree(part)
    return held


def _newest(row: Series, arch: str) -> str:
    """ "VERSION SUITE" of the highest cloud kernel of a row; "" where every suite answered and none has one."""
    found: list[str] = []
    for suite in row.suites:
        if not _update(suite, arch):
            continue
        names = _run([*_apt("apt-cache", suite, arch), "pkgnames", "linux-image-"]).split()
        pattern = re.compile(rf"linux-image-(\d[0-9.]*(?:-\d+)?(?:\+deb[0-9.]+)?-cloud-{arch})$")
        matches = [m[1] for m in map(pattern.match, names) if m and m[1].startswith(row.prefix)]
        found += [f"{version} {suite}" for version in matches]
    return max(found, key=_version_key, default="")


def _version_key(package: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", package.partition("-cloud-")[0])]


def _download(package: str, top: Path, arch: str) -> None:
    version, _, suite = package.partition(" ")
    names = [f"linux-image-{version}"]
    if _run([*_apt("apt-cache", suite, arch), "pkgnames", f"linux-binary-{version}"]).strip():
        names = [f"linux-{part}-{version}" for part in ("base", "binary", "modules")]  # from 6.19 on: split
    part = top.with_name(top.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    print(f"downloading {' '.join(names)}", flush=True)
    _run([*_apt("apt-get", suite, arch), "download", *names], cwd=part)
    for archive in sorted(part.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(archive), str(part)])
        archive.unlink()
    part.rename(top)


def _state(suite: str, arch: str) -> Path:
    return STORE / "apt" / (suite if arch == "amd64" else f"{suite}-{arch}")


def _apt(program: str, suite: str, arch: str) -> list[str]:
    """The command with an apt state of its own, which holds that suite alone."""
    state = _state(suite, arch)
    places = {
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": state / "parts",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
    }
    settings = {
        "APT::Architecture": arch,
        "APT::Sandbox::User": "root",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Acquire::Check-Valid-Until": "false",  # a suite that is closed keeps its last, then expired, index
    }
    return [program, "-qq", *(f"-o{key}={value}" for key, value in (*places.items(), *settings.items()))]


def _update(suite: str, arch: str) -> bool:
    """Fetch the suite's index, once in a run. False: the mirror answered that it has no such suite."""
    state = _state(suite, arch)
    if state in _updated:
        return _updated[state]
    for folder in ("parts", "lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    mirror = _mirror("debian-security" if suite.endswith("-security") else "debian")
    (state / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
    done = subprocess.run([*_apt("apt-get", suite, arch), "update"], capture_output=True, text=True, env=_environment())
    said = done.stdout + done.stderr
    if done.returncode != 0 and not re.search("(does not have|no longer has) a Release file", said):
        raise Unreachable(f"could not read Debian's suite {suite}:\n{said}")
    _updated[state] = done.returncode == 0
    return _updated[state]


_updated: dict[Path, bool] = {}


def _mirror(archive: str) -> str:
    """Where this machine gets `archive` (debian or debian-security) from; the other's sibling if only that is known."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    uris = [uri.rstrip("/") for uri in _run(command).split()]
    for uri in uris:
        if uri.endswith("/" + archive):
            return uri
    for uri in uris:
        base, _, last = uri.rpartition("/")
        if last in ("debian", "debian-security"):
            return f"{base}/{archive}"
    raise Unreachable("no Debian archive among this machine's apt sources: " + " ".join(uris))


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}


def _run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=_environment())
    if done.returncode != 0:
        raise Unreachable(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    status = 0
    for name in booted():
        try:
            print(f"kernel {name}: {get(name).release}")
        except NotOffered as error:
            print(f"kernel {name}: skipped: {error}")
        except Unreachable as error:
            print(f"kernel {name}: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
