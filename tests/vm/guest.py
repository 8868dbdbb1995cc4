"""Runs jobs one after another and writes a result for each: in the guest, and on the host for the kernel `host`.

In: a folder with jobs.json (see `main`). Out: in the same folder `started`, then `0.json`, `1.json` … as each job
ends, so that a kernel that dies takes only the results of what it had not run yet. Imports little: Python under an
emulated CPU is slow.

A case is a function `case_NAME(env: Env)` of a module of tests/vm/cases. It passes when it returns, fails when it
raises, and is skipped when it raises `Skip`. It runs in a process of its own. (Start this module as START, not with
`-m`: as `__main__` its `Skip` would not be the one that cases import.)
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

START = "import sys; from tests.vm.guest import main; main(sys.argv[1])"  # for python -c

_OUTPUT_LIMIT = 1 << 20  # bytes of each of stdout and stderr that are kept: their end
_SKIPPED = 77


class Env(NamedTuple):
    """What a case is told: the kernel's name in the list, `uname -r` as its package says, and its prepared files."""

    kernel: str
    release: str
    out: str


class Skip(Exception):
    """Raised by a case that this kernel cannot run; the text says why."""


class Options(NamedTuple):
    timeout: float = 180.0  # seconds; it ends what hangs, on a machine however busy
    kernels: tuple[str, ...] = ()  # names from the list; empty: all of them, `host` included
    last: bool = False  # what it does to the kernel cannot be undone


_Case = TypeVar("_Case", bound=Callable[[Env], None])


def options(timeout: float = 180.0, kernels: tuple[str, ...] = (), last: bool = False) -> Callable[[_Case], _Case]:
    """Decorate a case that needs another time limit, that is about certain kernels only, or that must be the last."""

    def decorate(case: _Case) -> _Case:
        case.__dict__["options"] = Options(timeout, kernels, last)
        return case

    return decorate


def main(folder: str) -> None:
    """Run the jobs of FOLDER/jobs.json: a list of {argv | function, env, timeout} in the order of their numbers."""
    with open(f"{folder}/jobs.json") as file:
        jobs: list[dict[str, Any]] = json.load(file)
    _write(f"{folder}/started", {"release": os.uname().release})
    for number, job in enumerate(jobs):
        _write(f"{folder}/{number}.json", _run(job, f"{folder}/{number}"))


def _write(path: str, value: object) -> None:
    """Whole or not at all: the host looks on while we write."""
    with open(path + ".new", "w") as file:
        json.dump(value, file)
    os.rename(path + ".new", path)


def _run(job: dict[str, Any], stem: str) -> dict[str, Any]:
    begun = time.monotonic()
    paths = (stem + ".stdout", stem + ".stderr")
    pid = os.fork()
    if pid == 0:
        _child(job, *paths)
    watch = select.poll()
    pidfd = os.pidfd_open(pid)
    watch.register(pidfd, select.POLLIN)
    in_time = bool(watch.poll(job["timeout"] * 1000))
    try:
        os.killpg(pid, signal.SIGKILL)  # also what the job left behind
    except (ProcessLookupError, PermissionError):
        if not in_time:
            os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(pidfd)
    return {
        "status": "timeout" if not in_time else {0: "passed", _SKIPPED: "skipped"}.get(code, "failed"),
        "code": code,
        "stdout": _tail(paths[0]),
        "stderr": _tail(paths[1]),
        "seconds": time.monotonic() - begun,
    }


def _child(job: dict[str, Any], stdout: str, stderr: str) -> None:
    """Never returns: the function's outcome, or the command's, is the process's exit status."""
    code = 1
    try:
        os.setsid()
        for number, path in ((1, stdout), (2, stderr)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        if job.get("argv"):
            os.execvp(job["argv"][0], job["argv"])
        module, _, function = job["function"].partition(":")
        getattr(importlib.import_module(module), function)(Env(*job["env"]))
        code = 0
    except Skip as reason:
        print(reason, file=sys.stderr)
        code = _SKIPPED
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _tail(path: str) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _OUTPUT_LIMIT))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
