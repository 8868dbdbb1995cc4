"""Maps on the interpreter: each type's operations, and the law about pointers into them."""

from __future__ import annotations

from typing import Any

import pytest

from rucy.ir.interp import Env, InterpError, run
from rucy.ir.parse import parse_module
from rucy.ir.verify import assert_valid_module, verify_function

HASH = "map @m {'type': 'HASH', 'key_size': 8, 'value_size': 8, 'entries': 2}\n"

ADD = """
static @add(%k: i64, %n: i64) -> i64 {
b:
  %key: ptr<stack, w> = slot size=8 align=8 name=key
  %value: ptr<stack, w> = slot size=8 align=8 name=value
  store %k, %key off=0 width=8
  %map: ptr<map> = map symbol=m
  %p: ptr<map_value?, w> = call %map, %key helper=map_lookup_elem
  %there = ne %p, null:ptr<map_value?, w>
  branch %there -> found, missing
found:
  %q: ptr<map_value, w> = nonnil %p
  atomic %q, %n kind=add off=0 width=8 fetch=false
  ret 1
missing:
  store %n, %value off=0 width=8
  %map2: ptr<map> = map symbol=m
  %r = call %map2, %key, %value, 1 helper=map_update_elem
  ret %r
}
"""


def called(module: Any, env: Env, *args: int) -> int:
    value = run(module, "add", list(args), env).value
    assert isinstance(value, int)
    return value if value < 2**63 else value - 2**64


def contents(env: Env) -> dict[int, int]:
    return {int.from_bytes(k, "little"): int.from_bytes(v, "little") for k, v in env.maps["m"].contents().items()}


@pytest.mark.parametrize("type_", ["HASH", "LRU_HASH", "PERCPU_HASH", "ARRAY"])
def test_elements(type_: str) -> None:
    text = (HASH + ADD).replace("HASH", type_)
    text = text.replace("'key_size': 8", "'key_size': 4") if type_ == "ARRAY" else text
    module = parse_module(text)
    assert_valid_module(module)
    env = Env()
    given = [called(module, env, key, 5) for key in (0, 1, 0, 2)]
    if type_ == "ARRAY":
        assert given == [1, 1, 1, -7] and contents(env) == {0: 10, 1: 5}
    elif type_ == "LRU_HASH":
        assert given == [0, 0, 1, 0] and contents(env) == {1: 5, 2: 5}
    else:
        assert given == [0, 0, 1, -7] and contents(env) == {0: 10, 1: 5}


QUEUE = """
map @m {'type': 'QUEUE', 'value_size': 8, 'entries': 2}
static @f(%n: i64) -> i64 {
b:
  %slot: ptr<stack, w> = slot size=8 align=8 name=value
  %map: ptr<map> = map symbol=m
  store 11, %slot off=0 width=8
  %0 = call %map, %slot, 0 helper=map_push_elem
  store 22, %slot off=0 width=8
  %1 = call %map, %slot, 0 helper=map_push_elem
  %2 = call %map, %slot, 0 helper=map_push_elem
  %3 = call %map, %slot helper=map_peek_elem
  %first = load %slot off=0 width=8 signed=false
  %4 = call %map, %slot helper=map_pop_elem
  %5 = call %map, %slot helper=map_pop_elem
  %second = load %slot off=0 width=8 signed=false
  %6 = call %map, %slot helper=map_pop_elem
  %zero = load %slot off=0 width=8 signed=false
  %a = mul %first, 100
  %b = add %a, %second
  %c = mul %b, 100
  %d = sub %c, %2
  %e = add %d, %zero
  ret %e
}
"""


def test_queue_and_stack() -> None:
    for type_, expected in (("QUEUE", 112207), ("STACK", 221107)):
        module = parse_module(QUEUE.replace("QUEUE", type_))
        assert_valid_module(module)
        assert run(module, "f", [0]).value == expected


RING = """
map @m {'type': 'RINGBUF', 'entries': 64}
static @f(%n: i64) -> i64 {
b:
  %map: ptr<map> = map symbol=m
  %p: ptr<mem?, w, owned> = call %map, 16, 0 helper=ringbuf_reserve
  %there = ne %p, null:ptr<mem?, w, owned>
  branch %there -> yes, no
yes:
  %q: ptr<mem, w, owned> = nonnil %p
  store %n, %q off=0 width=8
  STORE
  void call %q, 0 helper=ringbuf_submit
  ret 1
no:
  ret 0
}
"""


def test_ring() -> None:
    module = parse_module(RING.replace("STORE", "store 7, %q off=8 width=8"))
    assert_valid_module(module)
    env = Env()
    assert [run(module, "f", [n], env).value for n in range(4)] == [1, 1, 0, 0]  # 24 bytes each, and never all 64
    assert env.maps["m"].listed == [n.to_bytes(8, "little") + b"\7" + bytes(7) for n in range(2)]


def test_a_record_is_written_whole() -> None:
    with pytest.raises(InterpError, match="not all written"):
        run(parse_module(RING.replace("STORE", "")), "f", [1])


def test_a_record_is_given_back() -> None:
    text = RING.replace("STORE", "").replace("void call %q, 0 helper=ringbuf_submit", "")
    with pytest.raises(InterpError, match="1 reserved"):
        run(parse_module(text), "f", [1])
    (problem,) = verify_function(parse_module(text).functions[0])
    assert "never released" in problem


EACH = (
    HASH
    + """
static @f(%n: i64) -> i64 {
b:
  %sum: ptr<stack, w> = slot size=8 align=8 name=sum
  store 0, %sum off=0 width=8
  %map: ptr<map> = map symbol=m
  %fn: ptr<func> = func symbol=g
  %seen = call %map, %fn, %sum, 0 helper=for_each_map_elem
  %total = load %sum off=0 width=8 signed=false
  %a = mul %seen, 1000
  %b = add %a, %total
  ret %b
}
callback @g(%map: ptr<map>, %key: ptr<mem>, %value: ptr<map_value, w>, %sum: ptr<stack, w>) -> i64 {
b:
  %v = load %value off=0 width=8 signed=false
  %k = load %key off=0 width=8 signed=false
  %s = load %sum off=0 width=8 signed=false
  %n = add %s, %v
  store %n, %sum off=0 width=8
  %stop = eq %k, 2
  %r = int %stop
  ret %r
}
"""
)


def test_callback_for_each_element() -> None:
    module = parse_module(EACH.replace("'entries': 2", "'entries': 9"))
    assert_valid_module(module)
    env = Env()
    assert run(module, "f", [0], env).value == 0
    env.maps["m"].fill({n.to_bytes(8, "little"): (10 * n).to_bytes(8, "little") for n in (1, 2, 3)})
    assert run(module, "f", [0], env).value == 2030


def test_prefixes() -> None:
    text = HASH.replace("HASH", "LPM_TRIE") + ADD
    env = Env()
    module = parse_module(text)
    assert called(module, env, 0x0A << 32 | 8, 1) == 0  # 10/8
    assert called(module, env, 0x0B0A << 32 | 16, 2) == 1  # 10.11/16 finds 10/8
    assert called(module, env, 0x0C << 32 | 32, 3) == 0
    assert contents(env) == {0x0A << 32 | 8: 3, 0x0C << 32 | 32: 3}


STORAGE = """
map @m {'type': 'TASK_STORAGE', 'key_size': 4, 'value_size': 8, 'flags': 1}
static @f(%task: ptr<kernel>) -> i64 {
b:
  %value: ptr<stack, w> = slot size=8 align=8 name=value
  store 7, %value off=0 width=8
  %map: ptr<map> = map symbol=m
  %p: ptr<map_value?, w> = call %map, %task, 0, 0 helper=task_storage_get
  %0 = ne %p, null:ptr<map_value?, w>
  branch %0 -> there, missing
there:
  %q: ptr<map_value, w> = nonnil %p
  %v = load %q off=0 width=8 signed=false
  %r = call %map, %task helper=task_storage_delete
  ret %v
missing:
  %c: ptr<map_value?, w> = call %map, %task, %value, 1 helper=task_storage_get
  ret 0
}
"""


def test_storage_of_an_object() -> None:
    module = parse_module(STORAGE)
    assert_valid_module(module)
    env = Env()
    first, second = (env.region("kernel", bytes(8), name) for name in ("first", "second"))
    assert [run(module, "f", [task], env).value for task in (first, second, first, first, second)] == [0, 0, 7, 0, 7]


LOCK = """\
map @M {'type': 'HASH', 'key_size': 4, 'value_size': 16, 'entries': 4, 'value': VALUE}

static @f() -> i64 {
entry:
  %key: ptr<stack, w> = slot size=8 align=8 name=key
  %value: ptr<stack, w> = slot size=16 align=8 name=value
  zero %value off=0 size=16
  store 1, %key off=0 width=4
  %map: ptr<map> = map symbol=M
  %u = call %map, %key, %value, 0 helper=map_update_elem
  %p: ptr<map_value?, w> = call %map, %key helper=map_lookup_elem
  %there = ne %p, null:ptr<map_value?, w>
  branch %there -> found, missing
found:
  %v: ptr<map_value, w> = nonnil %p
  %at: ptr<map_value, w> = padd %v, 8
  call %at helper=spin_lock
  store 5, %v off=0 width=8
  call %at helper=spin_unlock
  %n = load %v off=0 width=8 signed=false
  ret %n
missing:
  ret 0
}
""".replace("VALUE", "('struct', 'E', 16, (('n', 'u64', 0), ('l', 'spin_lock', 8)))")


def test_a_lock() -> None:
    module = parse_module(LOCK)
    assert_valid_module(module)
    assert run(module, "f", [], Env()).value == 5


@pytest.mark.parametrize(
    ("line", "other", "law", "said"),
    [
        ("store 5, %v off=0 width=8", "%t = call helper=ktime_get_ns", "called while a lock", "called while a lock"),
        ("store 5, %v off=0 width=8", "call %at helper=spin_lock", "called while a lock", "called while a lock"),
        ("call %at helper=spin_unlock", "", "leaves with a lock held", "left with a lock held"),
        ("call %at helper=spin_lock", "", "a lock that is not held", "this lock is not held"),
        ("padd %v, 8", "padd %v, 4", "", "no spin_lock of an element"),
        ("%n = load %v off=0 width=8", "%n = load %v off=8 width=8", "", "were not all written"),
    ],
)  # fmt: skip
def test_a_lock_misused(line: str, other: str, law: str, said: str) -> None:
    """By the law where it is seen without running, and by the interpreter."""
    assert line in LOCK
    module = parse_module(LOCK.replace(line, other))
    assert law in "\n".join(verify_function(module.functions[0]))
    with pytest.raises(InterpError, match=said):
        run(module, "f", [], Env())


@pytest.mark.parametrize(
    ("line", "other", "problem"),
    [
        ("branch %there -> found, missing", "branch %there -> missing, found", "no branch on `ne p, null`"),
        ("%p: ptr<map_value?, w> = call %map,", "%p: ptr<map_value, w> = call %map,", "its type is ptr<map_value, w>"),
        ("call %map2, %key, %value, 1", "call %key, %key, %value, 1", "where CONST_MAP_PTR is taken"),
        ("call %map2, %key, %value, 1", "call %map2, %key, %p, 1", "argument 2 may be NULL"),
    ],
)  # fmt: skip
def test_law(line: str, other: str, problem: str) -> None:
    assert line in ADD
    fn = parse_module(HASH + ADD.replace(line, other)).functions[0]
    assert problem in "\n".join(verify_function(fn))
