#: hash: reading, writing, deleting, counting
#! ids = 1, 2, 1, 9
#! N = {1: 2, 2: 1, 9: 1}
#! V = {1: -1, 2: -2}
N = hash default: 0
V = hash(:u32 => :i64, size: 8)
raw_tracepoint "sys_enter" do |regs, id|
  N[id] += 1
  V[id] = -id
  $a = V.delete(9) || 0                                #=> 0, 0, 0, -9
  $b = V.key?(1)                                       #=> True
  $c = V.delete(77).nil?                               #=> True
  $d = N[id]                                           #=> 1, 1, 2, 1
  $e = N[1000]                                         #=> 0
  $f = N.key?(1000)                                    #=> False
end

#: the values' kind is inferred: signed if anything signed is stored
#! ids = 4
#! U = {1: 4}
#! S = {1: -1}
U = hash
S = hash
raw_tracepoint "sys_enter" do |regs, id|
  U[1] = id & 7
  S[1] = 3 - id
  if v = U[1]
    $a = v - 5 < 0                                     #=> True
  end
  if v = S[1]
    $b = v < 0                                         #=> True
  end
end

#: a map's value that is not tested
N = hash(:u32 => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  $a = N[id] + 1                                       # error: nil, if
end

#: += of a map without default
N = hash(:u32 => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  N[id] += 1                                           # error: default: 0
end

#: *= of a shared map's value
N = hash default: 0
raw_tracepoint "sys_enter" do |regs, id|
  N[id] *= 2                                           # error: lock
end

#: a type that stays open
M = hash                                               # error: M = hash(
raw_tracepoint "sys_enter" do |regs, id|
  $a = M.key?(id)
end

#: composite keys
#! ids = 1, 2, 1
#! M = {(1, "rucy-fuzz"): 2, (2, "rucy-fuzz"): 1}
#! T = {(1, 1, 7): 3, (2, 1, 7): 6}
M = hash default: 0
T = hash([:u8, :u32, :u16] => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  M[id, comm] += 1
  T[id, 1, 7] = id * 3
  $a = T[id, 1, 7] || 0                                #=> 3, 6, 3
  $b = T.key?(id, 2, 7)                                #=> False
end

#: a struct as a key and as a value
#! ids = 1, 2, 1
#! M = {(1, 5): {"n": 2, "m": 1}, (2, 5): {"n": 1, "m": 2}}
class Key
  attr :a, :u8
  attr :b, :u32
end
class Value
  attr :n, :u64
  attr :m, :u32
end
M = hash(Key => Value)
raw_tracepoint "sys_enter" do |regs, id|
  k = Key.new(a: id, b: 5)
  if v = M[k]
    v.n += 1
  else
    M[k] = Value.new(n: 1, m: id)
  end
  $a = M[k]&.n || 0                                    #=> 1, 1, 2
end

#: a key of the wrong number of parts
T = hash([:u8, :u32] => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  T[id] = 1                                            # error: *
end

#: a key of the wrong type
T = hash([:char, 16] => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  T[id] = 1                                            # error: *
end

#: ||=, fetch, each
#! ids = 3, 5
#! M = {3: 30, 5: 30, 7: 1}
M = hash(:u32 => :u64, size: 16)
M2 = hash default: 0
raw_tracepoint "sys_enter" do |regs, id|
  $a = (M[id] ||= 30) || 0                             #=> 30
  $b = (M[id] ||= 31) || 0                             #=> 30
  $c = M.fetch(id, 1) + M.fetch(1000, 2)               #=> 32
  M[7] = 1
  s = 0
  M.each { |k, v| s += k * v }
  $d = s                                               #=> 97, 247
  n = 0
  M.each { |k, v| n += 1; break if n == 2 }
  $e = n                                               #=> 2
  M.each { |k, v| M2[k] = v if v > 1 }
  $f = M2[3]                                           #=> 30
end

#: atomic operators of map values and fields
#! ids = 5, 3
#! M = {1: {"a": 8, "b": 7, "c": -8}}
#! A = [0, 7, 6, 0]
class V
  attr :a, :u64
  attr :b, :u32
  attr :c, :i64
end
M = hash(:u32 => V)
A = array(:u64, 4)
raw_tracepoint "sys_enter" do |regs, id|
  M[1] = V.new unless M.key?(1)
  if v = M[1]
    v.a += id
    v.b |= id
    v.c -= id
  end
  A[1] |= id
  A[2] ^= id
  A[3] &= id
end

#: array: inside always there, outside nil
#! ids = 2, 9
#! A = [0, 0, 5, 1]
A = array(:u32, 4)
raw_tracepoint "sys_enter" do |regs, id|
  A[3] = 1
  A[id] = 5
  $a = A[id] || 77                                     #=> 5, 77
  $b = A[3]                                            #=> 1, 1
  s = 0
  A.each { |i, v| s += i * v }
  $c = s                                               #=> 13, 13
end

#: lru_hash, percpu_hash, percpu_array, lru_percpu_hash
#! ids = 4, 4
#! L = {4: 8}
#! P = {4: 2}
#! Q = [0, 8]
#! R = {4: 4}
L = lru_hash(:u32 => :u64, size: 16)
P = percpu_hash default: 0
Q = percpu_array(:u64, 2)
R = lru_percpu_hash(:u32 => :u64, size: 16)
raw_tracepoint "sys_enter" do |regs, id|
  L[id] = id * 2
  P[id] += 1
  Q[1] += id
  R[id] = id
  $a = P[id]                                           #=> 1, 2
  $b = Q[1]                                            #=> 4, 8
end

#: lpm_trie: the longest prefix
#! fill = "B", (8, "10.0.0.0", 1), (16, "10.1.0.0", 2), (32, "10.1.2.3", 3)
#! ids = 0x0A010203, 0x0A010101, 0x0A090909, 0x0B000000
B = lpm_trie(:ip4 => :u32, size: 16)
raw_tracepoint "sys_enter" do |regs, id|
  $a = B[htonl(id)] || 0                               #=> 3, 2, 1, 0
end

#: queue and stack
#! ids = 1, 2, 3
Q = queue(:u32, 2)
S = stack(:u64, 2)
raw_tracepoint "sys_enter" do |regs, id|
  Q.push(id)
  S.push(id)
  $a = Q.peek || 0                                     #=> 1, 1, 1
  $b = S.peek || 0                                     #=> 1, 2, 2
  if id == 3
    $c = Q.pop || 0
    $d = Q.pop || 0
    $e = Q.pop || 99
    $f = S.pop || 0
  end
  $g = $c                                              #=> 0, 0, 1
  $h = $d                                              #=> 0, 0, 2
  $i = $e                                              #=> 0, 0, 99
  $j = $f                                              #=> 0, 0, 2
end

#: pop untested
Q = queue(:u32, 2)
raw_tracepoint "sys_enter" do |regs, id|
  $a = Q.pop + 1                                       # error: nil
end

#: bloom filter
#! ids = 5, 6
F = bloom_filter(:u32, 100)
raw_tracepoint "sys_enter" do |regs, id|
  F.push(5)
  $a = F.include?(id)                                  #=> True, False
end

#: hash of maps and array of maps
#! ids = 0, 1
INNER = hash_of_maps(:u32 => array(:u64, 8))
OUTER = array_of_maps(hash(:u32 => :u64, size: 8), 2)
raw_tracepoint "sys_enter" do |regs, id|
  $a = INNER[id] ? 1 : 0                               #=> 0
  if m = INNER[id]
    m[1] = 3
  end
  if n = OUTER[id]
    n[5] = 1
  end
  $b = OUTER[id].nil?                                  #=> True
end

#: ringbuf: <<, reserve
#! ids = 1, 2
#! E = [{"n": 1, "name": "rucy-fuzz"}, {"n": 100, "name": ""}, {"n": 2, "name": "rucy-fuzz"}, {"n": 200, "name": ""}]
class Event
  attr :n, :u32
  attr :name, [:char, 16]
end
E = ringbuf Event
raw_tracepoint "sys_enter" do |regs, id|
  E << Event.new(n: id, name: comm)
  E.reserve { |e| e.n = id * 100 }
end

#: ringbuf: a made struct, and changing it afterwards
class Event
  attr :n, :u32
end
E = ringbuf Event
raw_tracepoint "sys_enter" do |regs, id|
  e = Event.new(n: id)
  E << e
  e.n = 2                                              # error: copy
end

#: a ring that takes another struct
class Event
  attr :n, :u32
end
class Other
  attr :m, :u32
end
E = ringbuf Event
raw_tracepoint "sys_enter" do |regs, id|
  E << Other.new(m: 1)                                 # error: Event
end

#: perf_buffer
#! ids = 1
class Event
  attr :n, :u32
end
E = perf_buffer Event
raw_tracepoint "sys_enter" do |regs, id|
  E << Event.new(n: id)
  $a = 1                                               #=> 1
end

#: log2 histograms
#! ids = -5, 0, 1, 2, 3, 4, 1023, 1024
#! hist H = {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 11: 1, 12: 1}
H = histogram(:log2)
raw_tracepoint "sys_enter" do |regs, id|
  H << id
end

#: linear histograms
#! ids = -1, 0, 4, 5, 99, 100, 500
#! hist H = {0: 1, 1: 2, 2: 1, 20: 1, 21: 2}
H = histogram(:linear, 0...100, 5)
raw_tracepoint "sys_enter" do |regs, id|
  H << id
end

#: keyed histograms and stats
#! ids = 4, 9, 100
H = histogram(:log2)
S = stats
T = stats
raw_tracepoint "sys_enter" do |regs, id|
  H[id & 1] << id
  S << id
  T[comm] << id
  $a = 1                                               #=> 1
end

#: an insert that a full map refuses is counted
#! ids = 1, 2, 3, 2
#! M = {1: 1, 2: 2}
#! refused = {"M": 1}
M = hash(:u32 => :u64, size: 2)
raw_tracepoint "sys_enter" do |regs, id|
  M[id] = id
end

#: tail calls
#! hook = socket
#! packets = udp4(dport=1), udp4(dport=2), udp4(dport=3)
#! values = 11, 22, 7
PROGS = prog_array(socket_filter, 1 => :one, 2 => :two, size: 8)
socket_filter name: :one, attach: false do |pkt|
  11
end
socket_filter name: :two, attach: false do |pkt|
  22
end
socket_filter name: :main do |pkt|
  tail_call PROGS, pkt.u16(22) || 0
  7
end

#: a tail call's target of another hook
PROGS = prog_array(xdp, 0 => :one)                     # error: *
socket_filter name: :one, attach: false do |pkt|
  11
end
xdp do |pkt|
  tail_call PROGS, 0
  :pass
end

#: task storage
#! run = 1
#! load = 1
T = task_storage(:u64)
tp_btf "sys_enter" do |regs, id|
  T[current_task] = 5
  if v = T[current_task]
    $a = v
  end
  T.delete(current_task)
end

#: locks
#! hook = tc
#! packets = udp4(), udp4()
#! values = 0, 0
class Rate
  attr :l, :spin_lock
  attr :tokens, :u64
  attr :at, :u64
end
M = array(Rate, 1)
tc_ingress do |pkt|
  if e = M[0]
    lock(e.l) do
      e.tokens += 2
      e.at = e.tokens * 3
    end
    $a = e.tokens                                      #=> 2, 4
    $b = e.at                                          #=> 6, 12
  end
  :ok
end

#: leaving a lock early unlocks
#! hook = tc
#! packets = udp4(), udp4()
#! values = 2, 2
class Rate
  attr :l, :spin_lock
  attr :n, :u64
end
M = array(Rate, 1)
tc_ingress do |pkt|
  if e = M[0]
    lock(e.l) do
      e.n += 1
      next :shot if e.n > 100
      return :shot
    end
  end
  :ok
end

#: a lock where there can be none
class Rate
  attr :l, :spin_lock
  attr :n, :u64
end
M = array(Rate, 1)
raw_tracepoint "sys_enter" do |regs, id|
  if e = M[0]                                          # error: tp_btf, fentry
    lock(e.l) { e.n += 1 }
  end
end

#: a call inside a lock
class Rate
  attr :l, :spin_lock
  attr :n, :u64
end
M = array(Rate, 1)
tc_ingress do |pkt|
  if e = M[0]
    lock(e.l) { e.n = nsecs }                          # error: *
  end
  :ok
end

#: two locks at a time
class Rate
  attr :l, :spin_lock
  attr :n, :u64
end
M = array(Rate, 2)
tc_ingress do |pkt|
  a = M[0]
  b = M[1]
  if a && b
    lock(a.l) { lock(b.l) { b.n += 1 } }               # error: *
  end
  :ok
end

#: timers
#! hook = tc
#! packets = udp4()
#! values = 0
#! wait = 0.1
#! later = {"fired": 1, "key": 3, "left": 8}
class Job
  attr :t, :timer
  attr :n, :u64
end
JOBS = hash(:u32 => Job)
tc_ingress do |pkt|
  JOBS[3] = Job.new(n: 7) unless JOBS.key?(3)
  j = JOBS[3]
  next :ok unless j
  after(j.t, 1_000_000) do |k, v|
    $fired += 1
    $key = k
    v.n += 1
    $left = v.n
  end
  :ok
end

#: a timer where there can be none
class Job
  attr :t, :timer
end
JOBS = array(Job, 1)
raw_tracepoint "sys_enter" do |regs, id|
  after(JOBS[0].t, 1) { |k, v| $a = 1 }                # error: tp_btf, fentry
end

#: a timer's block sees no local
class Job
  attr :t, :timer
end
JOBS = array(Job, 1)
tc_ingress do |pkt|
  n = pkt.len
  after(JOBS[0].t, 1) { |k, v| $a = n }                # error: n
  :ok
end

#: a map method that there is not
M = hash default: 0
raw_tracepoint "sys_enter" do |regs, id|
  M[id] += 1
  $a = M.size_of_it                                    # error: size_of_it
end

#: push to a hash
M = hash default: 0
raw_tracepoint "sys_enter" do |regs, id|
  M.push(id)                                           # error: *
end

#: an unknown option of a map
M = hash default: 0, sizze: 5                          # error: sizze
raw_tracepoint "sys_enter" do |regs, id|
  M[id] += 1
end

#: += on a field that is too narrow for an atomic
class V
  attr :a, :u16
end
M = hash(:u32 => V)
raw_tracepoint "sys_enter" do |regs, id|
  if v = M[1]
    v.a += 1                                           # error: *
  end
end

#: a map that is assigned to
M = hash(:u32 => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  M = 3                                                # error: *
end

#: a pinned map and the size from an option
#! ids = 1
#! load = 0
SIZE = option :size, :u32, default: 100
M = hash(:u32 => :u64, size: SIZE, pin: "counts")
raw_tracepoint "sys_enter" do |regs, id|
  M[id] = 1
end

#: each over a map counts and deletes
#! ids = 6
#! M = {1: 10, 5: 50}
M = hash(:u32 => :u64, size: 16)
raw_tracepoint "sys_enter" do |regs, id|
  6.times { |i| M[i] = i * 10 }
  M.each { |k, v| M.delete(k) unless k == 1 || k == 5 }
  n = 0
  M.each { n += 1 }
  $a = n                                               #=> 2
end

#: a global's counter inside a map's each, next inside it
#! ids = 1
M = hash(:u32 => :u64, size: 16)
raw_tracepoint "sys_enter" do |regs, id|
  4.times { |i| M[i] = i }
  M.each do |k, v|
    next if v.odd?
    $a += v
  end
  $b = $a                                              #=> 2
end

#: sockmap, devmap, cpumap, xskmap, cgroup_array and the rest load
#! load = 1
D = devmap(8)
DH = devmap_hash(8)
C = cpumap(4)
X = xskmap(4)
xdp name: :d do |pkt|
  redirect_map(D, 1)
end
xdp name: :dh do |pkt|
  redirect_map(DH, 1)
end
xdp name: :c do |pkt|
  redirect_map(C, 1)
end
xdp name: :x do |pkt|
  redirect_map(X, pkt.rx_queue_index)
end

#: cgroup_array
#! hook = tc
#! load = 1
CG = cgroup_array(4)
tc_ingress do |pkt|
  r = current_task_under_cgroup(CG, 0)
  r == 1 ? :shot : :ok
end

#: the kind of a number is that of the form, whatever is known of it
#! ids = 4
#! A = [0, 9223372036854775808, 0, 0]
A = array(:u64, 4)
raw_tracepoint "sys_enter" do |regs, id|
  A[1] = 2**63
  $a = A.fetch(1, -1) < 0                              #=> True
  $b = A.fetch(1) { -1 } < 0                           #=> True
  $c = A.fetch(1, 1) < 0                               #=> False
  $d = (true ? 2**63 : -1) < 0                         #=> True
  $e = (id < id ? A.fetch(1, -1) : A[1]) < 0           #=> True
end

#: objects of globals and maps stand for their places as long as nothing else is put there
#! ids = 4, 5
#! M = {1: {"n": 14, "at": {"x": 3}}, 2: {"n": 2, "at": {"x": 0}}}
class P
  attr :x, :u32
end
class V
  attr :n, :u64
  attr :at, P
end
$one = V.new(n: 3)
$many = Array.new(2) { V.new }
$list = [1, 2]
M = hash(:u32 => V)
N = hash(:u32 => V)
def fill(n) = $one = V.new(n: n)
raw_tracepoint "sys_enter" do |regs, id|
  e = $one
  e.n += 1
  $a = $one.n                                          #=> 4, 7
  fill(id + 2)
  e = $one
  $b = e.n                                             #=> 6, 7
  first = $many[0]
  $many[1] = V.new(n: 9)
  first.n = id
  $c = $many[0].n                                      #=> 4, 5
  $one.at = P.new(x: 2)
  $d = e.at.x                                          #=> 2
  if v = (M[1] ||= V.new(n: 10))
    M[2] = V.new(n: 2)
    N[1] = V.new
    v.n += 2
    v.at = P.new(x: 3)
    $e = v.n + v.at.x                                  #=> 15, 17
  end
  list = $list
  list[0] += 1
  $list[1] = list[0]
  $f = list[1]                                         #=> 2, 3
end
