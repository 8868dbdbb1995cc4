"""The programs of tests/run/calls on each kernel that has the functions: compiled once, run by BPF_PROG_TEST_RUN."""

from __future__ import annotations

import json
from pathlib import Path

from tests.vm.guest import Env, Skip, options


def prepare_kernel_calls(out: Path) -> None:
    from rucy.pipeline import compile_file
    from tests.run.kernel_calls import FOLDER

    for path in sorted(FOLDER.glob("*.rb")):
        built = compile_file(str(path))
        (out / f"{path.stem}.o").write_bytes(built.data)
        (out / f"{path.stem}.json").write_text(json.dumps({"needs": built.checked.kernel, "text": path.read_text()}))


@options(timeout=300.0)
def case_kernel_calls(env: Env) -> None:
    from rucy.loader.errors import LoadError
    from tests.run.kernel_calls import failures, run

    failed = []
    release = tuple(int(part) for part in env.release.split("-")[0].split(".")[:2])
    for path in sorted(Path(env.out).glob("*.json")):
        row = json.loads(path.read_text())
        if release < tuple(map(int, row["needs"].split("."))):
            continue
        try:
            found = run(path.with_suffix(".o").read_bytes(), row["text"])
            failed += [f"{path.stem}: {line}" for line in failures(row["text"], found)]
        except LoadError as error:
            failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-30:]))
    assert not failed, "\n".join(failed)


#: what an iterator is around, or inside of, by the name of its form; `BODY` sees the number `i`
ITERATORS = {
    "alone":  "bpf_iter_num(0, $n & 1023) { |i| BODY }",
    "around": "bpf_iter_num(0, 20) { |j| ($h & 7).times { |i| BODY } }",
    "both":   "bpf_iter_num(0, 20) { |j| bpf_iter_num(0, 9) { |i| BODY } }",
    "inside": "8.times { |j| bpf_iter_num(0, j) { |i| BODY } }",
    "left":   "bpf_iter_num(0, 900) { |i|\n break if s == 77\n next if $g == 4\n BODY\n}",
    "rcu":    "rcu_read_lock { bpf_iter_num(0, 90) { |i| BODY } }",
    "still":  "bpf_preempt_disable { bpf_iter_num(0, 90) { |i| BODY } }",
}  # fmt: skip


def prepare_iterators(out: Path) -> None:
    """The bodies of the loops' case in loops by an iterator."""
    from rucy.pipeline import compile_file
    from tests.vm.cases import loops

    source = out / "iterators.rb"
    for form, text in ITERATORS.items():
        for name, body in loops.BODIES.items():
            block = f"{loops._BEFORE}\n{text.replace('BODY', body)}\n{loops._BEHIND}"
            source.write_text(f'{loops._HEAD}tp_btf "sched_process_exit" do |task|\n{block}\nend\n')
            (out / f"{form}_{name}.o").write_bytes(compile_file(str(source)).data)


@options(timeout=300.0)
def case_iterators(env: Env) -> None:
    """The verifier walks all of them to their end."""
    from rucy.loader.errors import LoadError
    from rucy.loader.objects import Loaded

    if tuple(int(part) for part in env.release.split("-")[0].split(".")[:2]) < (6, 12):
        raise Skip("no iterators, or no way to hold preemption off")
    failed = []
    for path in sorted(Path(env.out).glob("*.o")):
        with Loaded.open_object(path.read_bytes()) as loaded:
            try:
                loaded.load()
            except LoadError as error:
                failed.append(f"{path.stem}: {error}\n" + "\n".join(getattr(error, "tail", ())[-3:]))
    assert not failed, f"{len(failed)} refused\n" + "\n".join(failed)


_SLEEPABLE = """\
license "GPL"
class Buffer
  attr :bytes, [:u8, 16]
end
$address = 0
$family = 0
$first = 0
$tasks = 0
fentry "bpf_fentry_test1", sleepable: true, name: :run do |a|
  there = $address.as("struct sockaddr __user")
  $family = there.sa_family
  buffer = Buffer.new
  $first = buffer.bytes[0] if copy_from_user(buffer, there) == 0
  tasks = 0
  bpf_rcu_read_lock { bpf_iter_task(nil, 0) { tasks += 1 } }
  $tasks = tasks
end
"""


def prepare_sleepable(out: Path) -> None:
    from rucy.pipeline import compile_file

    source = out / "sleepable.rb"
    source.write_text(_SLEEPABLE)
    (out / "sleepable.o").write_bytes(compile_file(str(source)).data)


@options(timeout=120.0)
def case_sleepable(env: Env) -> None:
    """A trampoline's program that may sleep, on the function that BPF_PROG_TEST_RUN of such a program calls."""
    import ctypes

    from rucy.loader.objects import Loaded

    if env.kernel == "host" or tuple(int(part) for part in env.release.split("-")[0].split(".")[:2]) < (6, 12):
        raise Skip("no trampolines, or no iterators")
    memory = ctypes.create_string_buffer(b"hello", 64)
    with Loaded.open_object((Path(env.out) / "sleepable.o").read_bytes()) as loaded:
        loaded.load()
        loaded.write_global("address", ctypes.addressof(memory).to_bytes(8, "little"))
        loaded.attach("run", "trace")  # detached with the object
        loaded.test_run("run")
        found = {name: int.from_bytes(loaded.read_global(name), "little") for name in ("family", "first", "tasks")}
    assert found["family"] == 0x6568 and found["first"] == 0x68 and found["tasks"] > 5, found
