# Found maps in methods, blocks, loops, walks and joins.
license "GPL"
class Slot
  attr :n, :u64
  attr :name, [:char, 8]
  attr :list, [:u32, 4]
end
A = array(:u64, 8)
B = array(:u64, 8)
C = hash(:u32 => Slot)
BY = array_of_maps(array(:u64, 8), 4, 0 => A, 1 => B)
ST = hash_of_maps(:u32 => hash(:u32 => Slot), 1 => C)
PC = array_of_maps(percpu_array(:u64, 4), 2)
$x = 0
$y = 0

def pick(id)
  id > 5 ? BY[0] : BY[1]
end

def total(m)
  sum = 0
  for i in 0...8
    sum += m[i]
  end
  sum
end

def with(id)
  if m = BY[id]
    yield m
  end
end

raw_tracepoint "sys_enter" do |regs, id|
  m = BY[id] || BY[2]
  if m
    $x = total(m)
  end
  k = pick(id)
  if k
    k[1] += 3
    k[id & 7] |= 4
  end
  v = BY[id]&.fetch(3, 9) || 7
  $y = v
  with(id) { |map| map[2] += 1 }
  chosen = nil
  for i in 0...4
    chosen = BY[i] if i == id
  end
  chosen[3] = 5 if chosen
  inner = ST[1]
  next unless inner
  other = BY[1]
  inner.each do |key, slot|
    slot.n += key
    slot.list[key & 3] = 3
    other[0] += slot.n if other
    break if slot.name == "end"
    if again = BY[0]
      again[1] = key
    end
  end
  if s = inner[id]
    s.n += 1
  end
  gone = inner.delete(3)
  $x = gone.n if gone
  inner[4] ||= Slot.new(n: 3)
  if p = PC[0]
    p[1] *= 3
    p[id & 3] += 1
  end
end
xdp do |pkt|
  m = BY[pkt.rx_queue_index]
  ip = pkt.ipv4
  m[1] += 1 if m && ip && ip.ttl > 3
  m && m[2] > 4 ? :drop : :pass
end
