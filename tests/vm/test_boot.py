"""The lab tells a failure from a success: exit codes, output, time limits, and a kernel that dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vm import kernels
from tests.vm.boot import Job, run
from tests.vm.kernels import HOST, SERIES, Series, _version_key, wanted

JOBS = [
    Job("passes", function="tests.vm.samples:passes"),
    Job("fails", function="tests.vm.samples:fails"),
    Job("skips", function="tests.vm.samples:skips"),
    Job("status", argv=("sh", "-c", "echo out; echo err >&2; exit 3")),
    Job("late", argv=("sleep", "100"), timeout=0.5),
    Job("unknown", argv=("no-such-command",)),
]


def check_jobs(kernel: str) -> None:
    results = {result.name: result for result in run(kernel, JOBS)}
    assert [(r.status, r.code) for r in results.values()] == [
        ("passed", 0), ("failed", 1), ("skipped", 77), ("failed", 3), ("timeout", -9), ("failed", 1),
    ]  # fmt: skip
    assert results["passes"].stdout == f"on {kernel}\n"
    assert results["fails"].stderr.endswith("AssertionError: two is not three\n")
    assert results["skips"].stderr == "not here\n"
    assert (results["status"].stdout, results["status"].stderr) == ("out\n", "err\n")
    assert "No such file or directory" in results["unknown"].stderr


def test_results_on_the_host() -> None:
    check_jobs(HOST)


@pytest.mark.vm
def test_results_come_back_and_a_dying_kernel_is_seen() -> None:
    kernel = "6.1"
    check_jobs(kernel)
    crash = Job("crash", argv=("sh", "-c", "echo before; echo c > /proc/sysrq-trigger; sleep 100"))
    first, second, third = run(kernel, [Job("first", argv=("true",)), crash, Job("third", argv=("true",))])
    assert first.status == "passed"
    assert (second.status, second.stdout) == ("lost", "before\n")
    assert "Kernel panic" in second.stderr
    assert third.status == "lost" and third.stderr.startswith("not run")


def test_kernels_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUCY_KERNELS", raising=False)
    monkeypatch.delenv("RUCY_NO_VM", raising=False)
    assert wanted() == (HOST, "5.10", "6.1", "newest")
    monkeypatch.setenv("RUCY_KERNELS", "all")
    assert wanted() == (HOST, *(row.name for row in SERIES))
    monkeypatch.setenv("RUCY_KERNELS", "6.1,host")
    assert wanted() == ("6.1", HOST)
    monkeypatch.setenv("RUCY_KERNELS", "2.4")
    with pytest.raises(ValueError, match="no kernel `2.4`"):
        wanted()


def test_newest_is_by_number() -> None:
    offered = ["6.12.9+deb13-cloud-amd64 trixie", "6.12.57+deb13-cloud-amd64 trixie", "6.9.1-1-cloud-amd64 trixie"]
    assert max(offered, key=_version_key) == offered[1]
    assert all(isinstance(row, Series) and row.suites for row in SERIES)


def offer(monkeypatch: pytest.MonkeyPatch, store: Path, offered: dict[str, str]) -> list[str]:
    """Make believe that the suites offer these packages, words of a string. Returns what is downloaded from now on."""
    downloaded: list[str] = []

    def download(package: str, top: Path, arch: str) -> None:
        downloaded.append(package)
        (top / "boot").mkdir(parents=True)
        (top / "boot" / f"vmlinuz-{top.name}").write_bytes(b"")
        (top / "lib" / "modules" / top.name / "kernel").mkdir(parents=True)

    monkeypatch.setattr(kernels, "STORE", store)
    monkeypatch.setattr(kernels, "_update", lambda suite, arch: f"{suite} {arch}" in offered)
    monkeypatch.setattr(kernels, "_apt", lambda program, suite, arch: [f"{suite} {arch}"])
    monkeypatch.setattr(kernels, "_run", lambda command: offered[command[0]])
    monkeypatch.setattr(kernels, "_download", download)
    return downloaded


def test_a_kernel_is_looked_for_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    suites = {
        "bookworm amd64": "linux-image-6.1.0-56-cloud-amd64 linux-image-6.1.0-9-cloud-amd64 linux-image-6.1.0-99-amd64",
        "trixie amd64": "linux-image-6.12.9+deb13-cloud-amd64 linux-image-6.12.57+deb13-cloud-amd64",
        "trixie-backports amd64": "linux-image-7.3.4+deb13-cloud-amd64 linux-image-7.10.1+deb13-cloud-amd64-dbg",
        "trixie arm64": "linux-image-6.12.58+deb13-cloud-arm64 linux-image-6.12.59+deb13-arm64",
    }
    downloaded = offer(monkeypatch, tmp_path, suites)
    assert kernels.get("6.1").release == "6.1.0-56-cloud-amd64"
    assert kernels.get("6.12").release == "6.12.57+deb13-cloud-amd64"
    assert kernels.get("newest").release == "7.3.4+deb13-cloud-amd64"
    with pytest.raises(kernels.NotOffered, match="bullseye-security, bullseye no longer offer a Linux 5.10"):
        kernels.get("5.10")
    assert kernels.get("6.12", "arm64").release == "6.12.58+deb13-cloud-arm64"  # of each machine by itself
    assert len(downloaded) == 4
    suites.clear()
    assert kernels.get("6.1").release == "6.1.0-56-cloud-amd64"
    assert kernels.get("6.12").release == "6.12.57+deb13-cloud-amd64"
    assert len(downloaded) == 4


def test_a_mirror_that_does_not_answer_is_no_missing_kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kernels, "STORE", tmp_path)
    monkeypatch.setattr(kernels, "_updated", {})
    monkeypatch.setattr(kernels, "_mirror", lambda archive: "http://127.0.0.1:1/debian")
    with pytest.raises(kernels.Unreachable, match="could not read Debian's suite bookworm-security"):
        kernels.get("6.1")
    assert not (tmp_path / "index.json").exists()
