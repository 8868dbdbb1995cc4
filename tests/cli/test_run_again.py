"""What `rucy run` has run before runs at once, and nothing else does: whatever it was made of may have changed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rucy.cli.runtime import find_runtime

pytestmark = [pytest.mark.root, pytest.mark.skipif(find_runtime(os.uname().machine) is None, reason="no runtime here")]

SOURCE = """
license "GPL"
PORT = option :port, :u16, default: 80
syscall("getpgid") { }
puts "port #{PORT} of #{ARGV.inspect}, run as #{`readlink /proc/$PPID/exe`}"
exit
"""


class Kept:
    """A file, and a cache directory of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "asked.rb"
        self.file.write_text(SOURCE)
        self.cache = folder / "cache"
        self.environment = os.environ | {"XDG_CACHE_HOME": str(self.cache)}

    def run(self, *words: str) -> tuple[str, bool]:
        """What it said, without its last words; was it the kept one?"""
        done = self.ran(*words)
        assert done.returncode == 0, done.stderr
        said, _, exe = done.stdout.strip().partition(", run as ")
        return said, exe.startswith(str(self.cache))

    def ran(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rucy", "run", str(self.file), *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)

    def places(self) -> list[Path]:
        return sorted((self.cache / "rucy").glob("run-*"))


@pytest.fixture
def asked(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_the_second_time(asked: Kept) -> None:
    assert asked.run() == ("port 80 of []", False)
    assert asked.run() == ("port 80 of []", True)
    assert len(asked.places()) == 1


def test_other_words(asked: Kept) -> None:
    assert asked.run() == ("port 80 of []", False)
    for kept in (False, True):
        assert asked.run("--port", "81", "--", "a b", "") == ('port 81 of ["a b", ""]', kept)
    assert asked.run() == ("port 80 of []", True)


def test_another_text(asked: Kept) -> None:
    asked.run()
    asked.file.write_text(SOURCE.replace("80", "90"))
    assert asked.run() == ("port 90 of []", False)
    asked.file.write_text(SOURCE)
    assert asked.run() == ("port 80 of []", True)


def test_mistakes_and_warnings_are_seen_again(asked: Kept) -> None:
    asked.file.write_text(SOURCE + "\nPORT.frobnicate\n")
    said = [asked.ran() for _ in range(2)]
    assert said[0].returncode == said[1].returncode == 1 and said[0].stderr == said[1].stderr != ""
    asked.file.write_text(SOURCE.replace("syscall", "def tell = puts(comm)\nsyscall").replace("{ }", "{ tell { } }"))
    said = [asked.ran() for _ in range(2)]
    assert "warning" in said[0].stderr and said[0].stderr == said[1].stderr
    assert not asked.places()


@pytest.mark.parametrize("damage", ["cut", "emptied", "of zeros", "of another user's", "others may write"])
def test_what_is_kept_is_not_trusted(asked: Kept, damage: str) -> None:
    asked.run()
    (place,) = asked.places()
    whole = place.read_bytes()
    if damage == "cut":
        place.write_bytes(whole[: len(whole) // 2])
    elif damage == "emptied":
        place.write_bytes(b"")
    elif damage == "of zeros":
        place.write_bytes(bytes(len(whole)))
    elif damage == "of another user's":
        os.chown(place, 65534, 65534)
    else:
        place.chmod(0o777)
    assert asked.run() == ("port 80 of []", False)
    assert asked.places()[0].read_bytes() == whole
    assert asked.run() == ("port 80 of []", True)


def test_a_folder_in_which_others_may_write(asked: Kept) -> None:
    asked.run()
    (asked.cache / "rucy").chmod(0o777)
    assert asked.run() == ("port 80 of []", False)
    (asked.cache / "rucy").chmod(0o700)
    assert asked.run() == ("port 80 of []", True)


def test_a_folder_that_cannot_be_written(asked: Kept) -> None:
    asked.cache.write_text("no folder")
    for _ in range(2):
        assert asked.run() == ("port 80 of []", False)


def test_a_folder_where_nothing_can_be_run(asked: Kept) -> None:
    """A mount with noexec."""
    asked.cache.mkdir()
    mount = f"mount -t tmpfs -o noexec,mode=700 none {asked.cache}"
    script = f'{mount} && for i in 1 2; do "$@" || exit 1; done; ls {asked.cache}/rucy'
    command = ["unshare", "-m", "bash", "-c", script, "bash", sys.executable, "-m", "rucy", "run", str(asked.file)]
    done = subprocess.run(command, env=asked.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("port 80 of []") == 2 and "run-" in done.stdout


def test_the_last_ones_are_kept(asked: Kept) -> None:
    for port in range(14):
        asked.run("--port", str(port))
        if port == 12:
            assert asked.run("--port", "1") == ("port 1 of []", True)  # used again, so the newest
    assert len(asked.places()) == 12
    assert asked.run("--port", "1") == ("port 1 of []", True)
    assert asked.run("--port", "2") == ("port 2 of []", False)


def test_types_of_another_kernel_are_none_of_it(asked: Kept) -> None:
    asked.run("--btf", "/sys/kernel/btf/vmlinux")
    assert not asked.places()


def test_it_ends_as_it_did(asked: Kept) -> None:
    asked.file.write_text(SOURCE.replace("\nexit\n", "\nexit 7\n"))
    assert [asked.ran().returncode for _ in range(2)] == [7, 7]
    asked.file.write_text(SOURCE.replace("\nexit\n", "\nnil.frob = 1\n"))
    said = [asked.ran() for _ in range(2)]
    assert said[0].returncode == said[1].returncode == 1 and said[0].stderr == said[1].stderr


def test_another_compiler(asked: Kept, tmp_path: Path) -> None:
    """Any of its files, as soon as it is another."""
    import shutil

    import rucy

    package = tmp_path / "lib" / "rucy"
    shutil.copytree(Path(rucy.__file__).parent, package)
    runtime = find_runtime(os.uname().machine)
    assert runtime is not None
    (package / "_runtime").mkdir(exist_ok=True)
    shutil.copy2(runtime, package / "_runtime")
    asked.environment["PYTHONPATH"] = str(tmp_path / "lib")
    assert [asked.run()[1] for _ in range(3)] == [False, True, True]
    for path in (package / "lower" / "integers.py", package / "_runtime" / Path(runtime).name):
        later = time.time_ns() + 1_000_000_000
        os.utime(path, ns=(later, later))
        assert [asked.run()[1] for _ in range(2)] == [False, True]


def test_what_it_imports(asked: Kept) -> None:
    """Next to nothing, for it is to start at once."""
    asked.run()
    code = (
        "import os, sys; before = set(sys.modules); "
        "os.execve = lambda *_: (print(*set(sys.modules) - before), sys.stdout.flush(), os._exit(0)); "
        f"from rucy.cli.main import main; main(['run', {str(asked.file)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=asked.environment, capture_output=True, text=True, check=True)
    imported = {name for name in done.stdout.split() if not name.startswith("rucy")}
    assert "rucy.cli.again" in done.stdout and imported <= {"__future__", "_blake2", "_struct", "gc", "struct", "zlib"}
