"""What libbpf returned and said, as a LoadError in the user's words."""

from __future__ import annotations

import errno
import os
import re

from rucy.loader.errors import LoadError
from rucy.records import NamedTuple

Messages = list[tuple[int, str]]

NOT_ROOT = "run it as root (or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)"


class Figures(NamedTuple):
    processed: int | None
    stack: tuple[int, ...] | None


def opening(error: int, messages: Messages) -> LoadError:
    """bpf_object__open_mem failed."""
    said = _last(messages)
    return LoadError(f"this is not a BPF object that libbpf reads: {said or _words(error)}")


def target(error: int, program: str, name: str) -> LoadError:
    """bpf_program__set_attach_target failed: `name` is not in the kernel's BTF, or there is none."""
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        return LoadError("this kernel has no BTF (/sys/kernel/btf/vmlinux)", "it needs CONFIG_DEBUG_INFO_BTF=y", 77)
    if error in (errno.ENOENT, errno.ESRCH):
        return LoadError(f"this kernel has no `{name}` that `{program}` could attach to", status=77)
    return LoadError(f"`{program}` cannot attach to `{name}`: {_words(error)}", status=77)


def loading(error: int, messages: Messages, data: bytes) -> LoadError:
    """bpf_object__load failed with `error`; `data` is the object, for its line information."""
    for _, text in messages:
        if found := re.search(r"prog '([^']*)': BPF program load failed", text):
            return _program(error, found[1], program_logs(messages).get(found[1], ""), data)
        if found := re.search(r"prog '([^']*)': failed to find kernel BTF type ID of '([^']*)'", text):
            return target(errno.ENOENT, found[1], found[2])
    for _, text in messages:
        if found := re.search(r"couldn't reuse pinned map at '([^']*)'", text):
            return _pinned(found[1])
        if found := re.search(r"map '([^']*)': failed to auto-pin at '([^']*)'", text):
            return _unpinnable(error, found[1], found[2])
        if found := re.search(r"map '([^']*)': failed to create", text):
            return _map(error, found[1])
        if "failed to open system Kconfig" in text:
            help = "it is in /proc/config.gz (CONFIG_IKCONFIG_PROC=y) or /boot/config-RELEASE"
            return LoadError("this kernel does not show its configuration, which the program asks by `kconfig`", help, 77)
        if re.search(r"failed to find valid kernel BTF|kernel BTF is missing", text):
            return target(errno.ENOENT, "", "")
        if found := re.search(r"extern (?:\([^)]*\) )?'([^']*)'.* not (?:found|resolved)", text):
            return LoadError(f"this kernel has no `{found[1]}`, which the program uses", status=77)
    if error == errno.EPERM:
        return forbidden("BPF objects")
    return LoadError(f"the object cannot be loaded: {_last(messages) or _words(error)}", status=1)


def attaching(error: int, program: str, kind: str, name: str) -> LoadError:
    """Attaching failed for a reason that the link's own code had no better words for."""
    where = f"{kind} `{name}`" if name else kind
    if error == errno.EPERM:
        return forbidden(f"attaching `{program}` to {where}")
    if error in (errno.EOPNOTSUPP, 524):  # ENOTSUPP, the kernel's own
        return LoadError(f"this kernel cannot attach `{program}` to {where}", status=77)
    if error == errno.EBUSY:
        return LoadError(f"`{program}` cannot attach to {where}: another program is attached there already")
    return LoadError(f"`{program}` cannot attach to {where}: {_words(error)}")


def no_link(program: str, kind: str, section: str) -> LoadError:
    """A kind of link that we do not make."""
    if kind == "run":
        help = "`tool.test_run` of `rucy.load` in Python runs it"
        return LoadError(f"`{program}` cannot be attached: a program of the kind `{section}` is only run", help)
    help = "`rucy object FILE.rb` makes an object for libbpf or bpftool, which may attach it"
    return LoadError(f"`{program}` cannot be attached: Rucy attaches no programs of the kind `{section.partition('/')[0]}`", help)


def test_run(error: int, program: str) -> LoadError:
    """BPF_PROG_TEST_RUN failed. ENOTSUPP (524) is what a type without test_run gives (kernel/bpf/syscall.c)."""
    if error in (524, errno.EOPNOTSUPP):
        return LoadError(f"the kernel has no test run for `{program}`'s type of program", status=77)
    if error == errno.EPERM:
        return forbidden(f"a test run of `{program}`")
    return LoadError(f"the test run of `{program}` failed: {_words(error)}", status=70)


def program_logs(messages: Messages) -> dict[str, str]:
    """Program name → verifier log, from the lines that libbpf puts around it."""
    logs: dict[str, str] = {}
    for _, text in messages:
        found = re.search(r"prog '([^']*)': -- BEGIN PROG LOAD LOG --\n(.*?)\n?-- END PROG LOAD LOG --", text, re.DOTALL)
        if found:
            logs[found[1]] = found[2]
    return logs


def figures(log: str) -> Figures:
    """The closing lines of a log: `stack depth 8+0` and `processed 12 insns (limit 1000000)`, verifier.c."""
    processed = re.search(r"^processed (\d+) insns", log, re.MULTILINE)
    stack = re.search(r"^stack depth ([\d+]+)", log, re.MULTILINE)
    return Figures(
        int(processed[1]) if processed else None,
        tuple(int(n) for n in stack[1].split("+") if n) if stack else None,
    )


def _program(error: int, name: str, log: str, data: bytes) -> LoadError:
    if found := re.search(r"failed to find the address for kernel symbol '(\w+)'", log):
        help = "it needs CONFIG_KALLSYMS_ALL=y"
        return LoadError(f"this kernel does not tell where its variable `{found[1]}` is", help, 77)
    if lockdown() == "confidentiality" and re.search("(unknown func|cannot use helper) bpf_probe_read", log):
        return forbidden(f"programs that read its memory, as `{name}` does")
    if log.strip() and not _only_figures(log):
        from rucy.loader.verifier import refusal

        return refusal(name, log, data)
    if error == errno.EPERM:
        return forbidden(f"the program `{name}`")
    if error == errno.E2BIG:
        return LoadError(f"the program `{name}` has more instructions than this kernel takes", status=1)
    if error == errno.EINVAL:
        return LoadError(f"this kernel does not know the kind of program that `{name}` is", "a newer kernel may have it", 77)
    if error == 524:  # ENOTSUPP of bpf_prog_select_runtime: the verifier took it
        help = f"how far its jumps go decides that: a statement more or less in `{name}` helps, or another kernel"
        return LoadError(f"this kernel's own compiler (JIT) fails on the program `{name}`", help, 77)
    return LoadError(f"the kernel refused `{name}` without a log: {_words(error)}", status=77)


def _only_figures(log: str) -> bool:
    lines = (line for line in log.splitlines() if line.strip())
    return all(re.match(r"processed \d+ insns|verification time|stack depth", line) for line in lines)


def _map(error: int, name: str) -> LoadError:
    if error == errno.EPERM:
        return forbidden(f"the map `{name}`")
    if error == errno.EINVAL:
        return LoadError(f"this kernel does not take the map `{name}` as it is declared", status=77)
    if error in (errno.E2BIG, errno.ENOMEM):
        return LoadError(f"the map `{name}` is larger than the kernel can give", "declare it with a smaller size:")
    return LoadError(f"the map `{name}` cannot be created: {_words(error)}")


def _pinned(path: str) -> LoadError:
    """What is pinned there is another map; what it is the kernel tells."""
    from rucy.loader.maps import describe_pinned

    is_ = describe_pinned(path)
    more = f" (it is {is_})" if is_ else ""
    help = f"remove it where nobody needs it: `rm {path}`; or pin by another name"
    return LoadError(f"the map that is pinned as `{path}` is of another shape{more}", help)


def _unpinnable(error: int, name: str, path: str) -> LoadError:
    folder = os.path.dirname(path)
    try:
        with open("/proc/mounts") as mounts:
            mounted = any(line.split()[1:3] == [folder, "bpf"] for line in mounts)
    except OSError:
        mounted = True
    help = "" if mounted else f"mount it: `mount -t bpf bpf {folder}`"
    why = _words(error) if mounted else f"no BPF file system is mounted on {folder}"
    return LoadError(f"the map `{name}` cannot be pinned as `{path}`: {why}", help)


def forbidden(what: str) -> LoadError:
    """EPERM: not root, or root and the kernel forbids it all the same."""
    if os.geteuid() != 0:
        return LoadError(f"the kernel does not permit {what}", NOT_ROOT, 77)
    mode = lockdown()
    why = f"it is locked down ({mode})" if mode not in (None, "none") else "its configuration does, or it is locked down"
    return LoadError(f"this kernel forbids {what}", f"{why}; root alone is not enough here", 77)


def lockdown() -> str | None:
    """One of "none", "integrity", "confidentiality"; None where the kernel does not say (security/lockdown)."""
    try:
        with open("/sys/kernel/security/lockdown") as file:
            found = re.search(r"\[(\w+)\]", file.read())
    except OSError:
        return None
    return found[1] if found else None


def _last(messages: Messages) -> str:
    """libbpf's own last warning, without its prefix."""
    warnings = [text for level, text in messages if level == 0]
    return warnings[-1].removeprefix("libbpf: ") if warnings else ""


def _words(error: int) -> str:
    return f"{os.strerror(error)} ({errno.errorcode.get(error, error)})"
