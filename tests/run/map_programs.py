"""One body with every kind of map, in programs of many kinds: what a map does must load wherever the program may have it."""

from __future__ import annotations

DECLARED = """\
license "GPL"
class Inner
  attr :a, :u8
  attr :b, [:u16, 3]
end
class Event
  attr :pid, :u32
  attr :name, [:char, 16]
  attr :inner, Inner
  attr :n, :u64
end
COUNTS = hash(:u32 => :u64, default: 0)
PER_CPU = percpu_hash(:u64 => Event)
RECENT = lru_hash([:u32, [:char, 16]] => :i32, default: -1)
EVENTS = ringbuf Event
KEPT = hash(:u32 => Event)
SLOTS = array(:u64, 16)
FAST = percpu_array(Event, 4)
LAST = queue(Event, 8)
TOP = stack(:u64, 8)
$x = 0
"""

BODY = """\
  n = COUNTS[1]
  COUNTS[n] += 2
  RECENT[n, "name"] += 1
  SLOTS[n & 15] += n
  FAST[n & 3].n += 1
  FAST[n & 3].inner.b[n % 3] = n
  e = Event.new(pid: n, name: "some", n: n + 1)
  e.inner.b[1] = n
  PER_CPU[n] ||= e
  if p = PER_CPU[n]
    p.n += 1
    p.inner.b[n & 1] += 3
    EVENTS << p
  end
  EVENTS << e
  EVENTS << Event.new(pid: 3, n: n, name: "new")
  EVENTS.reserve { |r| r.n = n }
  k = KEPT[n]
  if k
    k.n += 1
    k.name = "other"
    LAST << k
    TOP.push(k.n)
  else
    KEPT[n] = Event.new(pid: n)
  end
  if q = LAST.pop
    $x = q.n if q.name == "other" && q.pid == 1
  end
  gone = KEPT.delete(n)
  $x = gone.n if gone
  $x = TOP.peek || 5
"""

#: hook → (what stands before the block, parameters, the block's value)
HOOKS = {
    "raw_tracepoint": ('raw_tracepoint "sys_enter"', "", ""),
    "tp_btf": ('tp_btf "sched_switch"', "", ""),
    "tracepoint": ('tracepoint "sched:sched_switch"', "", ""),
    "xdp": ("xdp", "|packet|", ":pass"),
    "tc_ingress": ("tc_ingress", "|packet|", ":ok"),
    "socket_filter": ("socket_filter", "|packet|", "0"),
    "cgroup_device": ("cgroup_device", "|device|", "true"),
    "cgroup_ingress": ("cgroup_ingress", "|packet|", "true"),
    "cgroup_connect4": ("cgroup_connect4", "|c|", "true"),
    "cgroup_sysctl": ("cgroup_sysctl", "|c|", "true"),
}
#: those that the machine may not have
LAB = {"kprobe": ('kprobe "vfs_read"', "", ""), "fentry": ('fentry "vfs_read"', "", "")}


def program(hook: str) -> str:
    head, params, value = (HOOKS | LAB)[hook]
    return f"{DECLARED}{head} do {params}\n{BODY}  {value}\nend\n"
