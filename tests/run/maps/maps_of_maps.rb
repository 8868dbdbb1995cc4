# runs: 0 1 2 7 1 0 300 -1 5
license "GPL"
class Seen
  attr :last, :u64
  attr :name, [:char, 8]
  attr :n, :u32
end
A = array(:u64, 8)
B = array(:u64, 8)
ODD = hash(:u32 => :i64, default: -1)
EVEN = hash(:u32 => :i64, default: -1)
ONE = hash([:u32, [:char, 8]] => Seen)
Q = queue(:u64, 3)
Q2 = queue(:u64, 3)
FEW = array(:u64, 2)
BY = array_of_maps(array(:u64, 8), 0 => A, 1 => B)
SOME = array_of_maps(array(:u64, 2), 3, 1 => FEW)
HASHES = hash_of_maps(:u32 => hash(:u32 => :i64, default: -1), 0 => EVEN, 1 => ODD)
STRUCTS = hash_of_maps(:u32 => hash([:u32, [:char, 8]] => Seen), 5 => ONE)
LISTS = array_of_maps(queue(:u64, 3), 0 => Q, 1 => Q2)
$none = 0
$here = 0
$before = 0
$gone = 0
$sum = 0
$popped = 0
$left = 0
$n = 0

def count(map, key)
  map[key] += 2
  map[key] > 3
end

raw_tracepoint "sys_enter" do |regs, id|
  if m = BY[id]
    m[id & 7] += 1
    m[3] = id + 10
    $here = m[3]
  else
    $none += 1
  end
  BY[1][5] += 3
  BY[0][id & 7] += id & 0xff
  $none += 10 unless SOME[id]
  $none += 100 if SOME.key?(1)
  if few = SOME[1]
    few[id & 1] += 1
  end
  h = HASHES[id & 1]
  next unless h
  $n += 1 if count(h, id)
  $before = h.fetch(77, 5)
  h[id + 1] -= 4
  $gone = h.delete(2) || 7
  h.each { |k, v| $sum += v }
  for k in 0..1
    other = HASHES[k]
    break unless other
    $left += 1 if other.key?(id)
  end
  if s = STRUCTS[id & 7]
    e = s[id, "abc"]
    if e
      e.n += 1
      e.last = id
    else
      s[id, "abc"] = Seen.new(n: 1, name: "first")
    end
    s[1, "x"] ||= Seen.new(n: 9)
  end
  list = LISTS[id]
  next unless list
  list << id if id != 7
  $popped = list.pop || 99 if id == 1
end
