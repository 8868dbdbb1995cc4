# What can be done with objects of an arena, in a program with many values at once.
license "GPL"
class Inner
  attr :a, :u16
  attr :b, [:u8, 6]
end
class Node
  attr :key,  :u32
  attr :hits, :u64
  attr :name, [:char, 16]
  attr :in, Inner
  attr :list, [:u32, 8]
  attr :ip, :ip6
end
EVENTS = ringbuf Node
KEPT = hash(:u32 => Node)
POOL = arena(64)
$one = nil
$many = nil
$words = nil
$x = 0
def bump(n, by)
  n.hits += by
  n.hits
end
section! "syscall"
def make(ctx)
  $one = POOL.alloc(Node) unless $one
  $many = POOL.alloc(Node, 50) unless $many
  $words = POOL.alloc(:u16, 50)
  a = POOL.alloc(Node)
  b = $one
  best = a || b
  if best
    $one = best
  end
  if many = $many
    $one = many[7]
  end
  0
end
raw_tracepoint "sys_enter" do |regs, id|
  n = $one
  next unless n
  n.name = comm
  n.in.a = id
  n.in.b[id % 6] = 3
  n.list[id & 7] += 5
  n.list[2] |= 1
  $x = bump(n, id)
  copy = n
  copy.key = 4
  if k = KEPT[3]
    n.ip = k.ip
  end
  puts n.name, n.hits, n.list.sum
  m = $many
  if m
    sum = 0
    for i in 0...50
      sum += m[i].hits
      m[i].key = i if m[i].name == "x"
    end
    $x = sum
    e = m[id]
    e.hits += 1 if e
    m[3].hits += m[4].hits
    if m.find { |q| q.key == 4 }
      $x = 9
    end
  end
  if w = $words
    w[id & 31] = id
    $x = w[3] + w[4]
  end
  KEPT.each do |key, slot|
    n.hits += slot.hits
  end
  EVENTS << n
  KEPT[id] = n
end
