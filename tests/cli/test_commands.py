"""The commands as a user types them: status, standard output, standard error, and what is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rucy.cli.main import COMMANDS

CHECKOUT = Path(__file__).parents[2]
FILTER = CHECKOUT / "examples" / "device_filter.rb"
BLOCK = CHECKOUT / "examples" / "device_filter_block.rb"

BAD = """\
license "GPL"
cgroup_device do |dev|
  dev.majr == unknown_thing
end
"""


def rucy(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rucy", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_overview_names_every_command() -> None:
    done = rucy("--help")
    assert done.returncode == 0
    assert all(f"  {name}" in done.stdout for name in COMMANDS)
    assert rucy().returncode == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_examples(name: str) -> None:
    done = rucy(name, "--help")
    assert done.returncode == 0
    assert f"Usage: rucy {name} " in done.stdout
    assert f"  rucy {name}" in done.stdout.split("Examples:")[1]


@pytest.mark.parametrize(
    "words, said",
    [
        (("fly",), "there is no command `fly`; `rucy --help` lists them"),
        (("chek", "a.rb"), "did you mean `rucy check`?"),
        (("a.rb",), "did you mean `rucy run a.rb`?"),
        (("run", "a.rb", "--durration", "3"), "did you mean `--duration`?"),
        (("object",), "needs a file"),
        (("object", "a.rb", "b.rb"), "takes 1 file, not also `b.rb`"),
        (("object", "a.rb", "--speed"), "has no option `--speed`"),
        (("object", "a.rb", "-o"), "`-o` needs a value"),
        (("object", "a.rb", "--cpu", "v9"), "one of v3, v4; not `v9`"),
        (("object", "a.rb", "--kernel", "new"), "takes a version such as 5.10"),
        (("check", "a.rb", "--format=xml"), "one of text, json; not `xml`"),
        (("run", "a.rb", "--duration", "soon"), "takes seconds"),
        (("run", "a.rb", "--verifier-log=yes"), "takes no value"),
    ],
)
def test_usage_errors(words: tuple[str, ...], said: str) -> None:
    done = rucy(*words)
    assert done.returncode == 2
    assert said in done.stderr and done.stdout == ""


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    done = rucy("object", tmp_path / "none.rb")
    assert done.returncode == 1
    assert done.stderr == f"rucy: `{tmp_path}/none.rb`: no such file or directory\n"


@pytest.mark.parametrize("option", ["-o", "--output", "--dest"])
def test_object_is_written(tmp_path: Path, option: str) -> None:
    out = tmp_path / "filter.o"
    assert rucy("object", FILTER, option, out).returncode == 0
    assert out.read_bytes()[:4] == b"\x7fELF"


def test_object_beside_its_source(tmp_path: Path) -> None:
    (tmp_path / "tool.rb").write_bytes(FILTER.read_bytes())
    assert rucy("object", "tool.rb", cwd=tmp_path).returncode == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tool.o", "tool.rb"]


def test_an_error_leaves_no_object(tmp_path: Path) -> None:
    (tmp_path / "bad.rb").write_text(BAD)
    done = rucy("object", "bad.rb", cwd=tmp_path)
    assert done.returncode == 1
    assert "bad.rb:3:" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["bad.rb"]


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    done = rucy("object", FILTER, "-o", tmp_path / "no" / "where.o")
    assert done.returncode == 1
    assert done.stderr == f"rucy: `{tmp_path}/no/where.o`: no such file or directory\n"


def test_a_pipe_or_link_is_written_to_and_stays(tmp_path: Path) -> None:
    """So does /dev/null, which root would otherwise replace by a file."""
    pipe, link, plain = tmp_path / "pipe", tmp_path / "link.o", tmp_path / "plain.o"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert rucy("object", FILTER, "-o", pipe).returncode == 0
    assert reader.communicate(timeout=20)[0][:4] == b"\x7fELF"
    assert pipe.is_fifo()
    link.symlink_to("plain.o")
    assert rucy("object", FILTER, "-o", link).returncode == 0
    assert link.is_symlink() and plain.read_bytes()[:4] == b"\x7fELF"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.o", "pipe", "plain.o"]


def test_a_path_that_is_no_text(tmp_path: Path) -> None:
    source = os.fsencode(tmp_path) + b"/\xff.rb"
    Path(os.fsdecode(source)).write_text('license "GPL"\nM = hash default: 0\nxdp { |packet| M[packet.size] += 1; :pass }\n')
    for command in (["check"], ["object", "-o", "-"], ["dump", "--emit=asm"]):
        done = subprocess.run([sys.executable, "-m", "rucy", *command, source], capture_output=True)
        assert done.returncode == 0, done.stderr
    done = subprocess.run([sys.executable, "-m", "rucy", "check", source], capture_output=True)
    assert done.stdout.decode() == f"{tmp_path}/\N{REPLACEMENT CHARACTER}.rb: ok\n"


def test_same_input_same_bytes(tmp_path: Path) -> None:
    seen = set()
    for seed in ("0", "1", "2"):
        command = [sys.executable, "-m", "rucy", "object", str(FILTER), "-o", "-"]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        seen.add(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
    assert len(seen) == 1


def test_check_for_people_and_for_editors(tmp_path: Path) -> None:
    assert rucy("check", FILTER, BLOCK).stdout == f"{FILTER}: ok\n{BLOCK}: ok\n"
    (tmp_path / "bad.rb").write_text(BAD)
    done = rucy("check", "--format=json", "bad.rb", cwd=tmp_path)
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(d["line"], d["severity"]) for d in found} == {(3, "error")}
    assert len(found) == 2
    assert all(d["code"] and d["message"] and d["help"] and d["end_column"] > d["column"] for d in found)


@pytest.mark.parametrize("stage", ["tree", "types", "ir", "opt", "asm", "btf", "object"])
def test_every_stage_has_text(stage: str) -> None:
    done = rucy("dump", FILTER, f"--emit={stage}")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 60


def test_assembly_stands_beside_its_lines() -> None:
    out = rucy("dump", FILTER).stdout
    assert "; 16: if ctx.major == 1 && ctx.minor == 9" in out
    assert "exit" in out


def test_disassembly_of_an_object_and_of_no_object(tmp_path: Path) -> None:
    rucy("object", FILTER, "-o", tmp_path / "f.o")
    done = rucy("disasm", tmp_path / "f.o")
    assert done.returncode == 0 and "section cgroup/dev" in done.stdout
    (tmp_path / "bad.o").write_bytes(b"no object")
    done = rucy("disasm", tmp_path / "bad.o")
    assert done.returncode == 1 and done.stderr == f"rucy: `{tmp_path}/bad.o`: not an ELF file\n"


def test_hooks_by_pattern() -> None:
    done = rucy("hooks", "cgroup_dev*")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "cgroup_device                   Linux 4.15, attached with --cgroup PATH",
        "    given  access_type major minor access type",
        "    value  true or false",
    ]
    assert "mark=" in rucy("hooks", "tc_ingress").stdout.split()
    assert max(map(len, rucy("hooks").stdout.splitlines())) <= 110
    assert rucy("hooks", "nothing-like-it").returncode == 1


@pytest.mark.parametrize(
    "words, shown",
    [
        (("xdp",), ["ingress_ifindex      u32", "tcp  source be16, dest be16, seq be32", "eth  h_dest mac"]),
        (("cgroup_connect6",), ["user_port            u32, network order (ntohs), may be written", "type                 u32\n"]),
        (("cgroup_ingress",), ["remote_port          u32, network order (ntohl)", "(read only)"]),
        (("kprobe", "tcp_con*"), ["kprobe tcp_connect(struct sock *sk) → int", "tcp_conn_request(struct request_sock_ops *"]),
        (("kprobe tcp_con*",), ["kprobe tcp_connect(struct sock *sk) → int"]),
        (("kretprobe", "tcp_connect"), ["tcp_connect() → int"]),
        (("fexit", "tcp_connect"), ["sk                   struct sock *", ".__sk_common ", "ret                  int"]),
        (("tracepoint", "sched:sched_switch"), [".prev_pid                 pid_t", ".next_comm                char [16]"]),
        (("tracepoint", "sched:sched_process_exec"), [".filename                 a string"]),
        (("tp_btf", "sched_process_f*"), ["sched_process_fork(struct task_struct *", "sched_process_free("]),
        (("syscall", "openat"), ["openat(int dfd, const char __user *filename, int flags, umode_t mode)"]),
        (("syscall", "connect"), [".sa_family                sa_family_t"]),
        (("fentry", "udp_sendmsg"), ["struct msghdr *"]),
        (("kprobe", "inet_bind"), ["struct sockaddr"]),
    ],
    ids=" ".join,
)
def test_what_a_hook_is_given(words: tuple[str, ...], shown: list[str]) -> None:
    done = rucy("hooks", *words)
    assert done.returncode == 0, done.stderr
    assert [text for text in shown if text not in done.stdout] == []


def test_fields_in_network_order_are_marked() -> None:
    from rucy.btf.reader import open_btf
    from rucy.lang.hook_targets import fields

    btf = open_btf()
    struct = btf.find("sock_common", ("struct",))
    assert struct is not None
    marks = {field.name: field.network for field in fields(btf, struct)}
    assert marks["skc_dport"] and marks["skc_daddr"] and not marks["skc_num"]


def test_targets_of_other_types(tmp_path: Path) -> None:
    """`--btf` takes any file with BTF: here an object of ours, which has the program's function."""
    out = tmp_path / "filter.o"
    assert rucy("object", FILTER, "-o", out).returncode == 0
    assert "prog(" in rucy("hooks", "fentry", "*", "--btf", out).stdout


def test_targets_that_are_not_there() -> None:
    done = rucy("hooks", "kprobe", "no_such_function")
    assert done.returncode == 1 and "has no target that matches `no_such_function`" in done.stderr
    assert rucy("hooks", "xdpp", "eth0").returncode == 1
    assert "`rucy hooks kprobe '*tcp_connect*'`" in rucy("hooks", "tcp_connect").stderr
    assert "did you mean `syscall`?" in rucy("hooks", "sycall").stderr
    said = rucy("hooks", "sched_process").stderr
    assert "`rucy hooks tracepoint '*sched_process*'`" in said and "syscall" not in said
    assert "try `rucy hooks tracepoint 'sched:sched_switch'`" in rucy("hooks", "tracepoint", "sched:sched_swich").stderr


@pytest.mark.parametrize(
    "words, environment, coloured",
    [
        ((), {}, False),  # no terminal
        (("--color=always",), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color=auto",), {}, False),
    ],
)
def test_colour(tmp_path: Path, words: tuple[str, ...], environment: dict[str, str], coloured: bool) -> None:
    source = tmp_path / "bad.rb"
    source.write_text(BAD)
    command = [sys.executable, "-m", "rucy", "check", str(source), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | environment)
    assert done.returncode == 1 and ("\x1b[" in done.stderr) == coloured


@pytest.mark.parametrize(
    "environment, coloured", [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_on_a_terminal(tmp_path: Path, environment: dict[str, str], coloured: bool) -> None:
    source = tmp_path / "bad.rb"
    source.write_text(BAD)
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "rucy", "object", str(source)]
    with subprocess.Popen(command, stderr=theirs, env=os.environ | {"TERM": "xterm"} | environment) as child:
        os.close(theirs)
        said = b""
        while part := _read(ours):
            said += part
        assert child.wait(60) == 1
    os.close(ours)
    assert (b"\x1b[" in said) == coloured and b"majr" in said


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except OSError:  # the other side is closed
        return b""


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m rucy hooks | true"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True)
    assert done.stderr == ""


def test_what_a_compile_imports(tmp_path: Path) -> None:
    """Start-up time is a feature: modules that a plain compile has no use for are not imported."""
    code = (
        "import sys; from rucy.cli.main import main; "
        f"assert main(['object', {str(FILTER)!r}, '-o', {str(tmp_path / 'f.o')!r}]) == 0; "
        "print('\\n'.join(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    unwanted = {"argparse", "inspect", "dataclasses", "ctypes", "subprocess", "hashlib", "importlib.resources",
                "rucy.source.render",
                "rucy.isa.text", "rucy.ir.text", "rucy.ir.interp", "rucy.ir.verify", "rucy.dump", "rucy.cli.explain",
                "rucy.cli.help", "rucy.kernel._generated.tracepoints", "rucy.kernel._generated.syscalls"}  # fmt: skip
    assert not loaded & unwanted
    assert not {m for m in loaded if m.startswith("rucy.loader")}


@pytest.mark.root
def test_run_of_a_cgroup_that_is_not_there(tmp_path: Path) -> None:
    done = rucy("run", FILTER, "--cgroup", tmp_path / "none")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) <= 2 and "none" in done.stderr


@pytest.mark.root
def test_verify_says_what_it_cost() -> None:
    done = rucy("verify", FILTER)
    assert done.returncode == 0, done.stderr
    name, instructions, processed, _ = done.stdout.splitlines()[1].split()
    assert name == "prog" and 0 < int(instructions) < 20 and 0 < int(processed) < 40


def test_system_calls_attach_by_their_tracepoints(tmp_path: Path) -> None:
    from rucy.pipeline import compile_file, probes_of

    source = tmp_path / "calls.rb"
    source.write_text('license "GPL"\nsyscall("getpid") { printk "a" }\nsyscall_return("getpid") { printk "b" }\n')
    probes = probes_of(compile_file(str(source)).data)
    assert probes is not None
    assert [(p["link"], p["target"]) for p in probes] == [
        ("tracepoint", "syscalls:sys_enter_getpid"),
        ("tracepoint", "syscalls:sys_exit_getpid"),
    ]


def test_an_element_behind_a_user_pointer(tmp_path: Path) -> None:
    from rucy.pipeline import compile_file

    source = tmp_path / "argv.rb"
    source.write_text('license "GPL"\nsyscall("execve") { |path, argv| printk "%s", ustr(argv[1], 32) }\n')
    assert compile_file(str(source)).data
