# runs: 1 2 3 5 8 13 2 1
license "GPL"
class Track
  attr :past, [:i32, 4]
  attr :n, :u8

  def push(value)
    past[n & 3] = value
    self.n = n + 1
  end

  def each
    past.each { |v| yield v }
    self
  end

  def each_pair(&block)
    past.each_with_index { |v, i| block.call(v, i) }
    nil
  end

  def update
    4.times { |i| past[i] = yield(past[i], i) }
  end

  def any_over?(limit)
    each { |v| return true if v > limit }
    false
  end

  def count
    n = 0
    each { |v| n += 1 if yield(v) }
    n
  end
end

def with(track)
  track.push(1)
  yield track
  track.push(2)
end

def each_slot(key)
  if found = TRACKS[key]
    yield found
  else
    -1
  end
end

def bump(key)
  COUNTS[key] += yield
end

TRACKS = hash(:u32 => Track)
COUNTS = hash(:u32 => :u64, default: 0)
$sum = 0
$pairs = 0
$over = false
$found = 0
$changed = 0
$count = 0
$same = 0
raw_tracepoint "sys_enter" do |regs, id|
  t = Track.new
  with(t) { |x| x.push(id) }
  sum = 0
  t.each { |v| sum += v }
  $sum = sum
  $pairs = 0
  t.each_pair { |v, i| $pairs += v * i }
  $over = t.any_over?(id - 1)
  t.update { |v, i| v * 2 + i }
  $changed = t.past.sum
  3.times { |i| with(t) { |x| x.push(i * id) } }
  $count = t.count { |v| v > 1 }
  t.each { |v| v }.push(id)
  $same = t.each_pair { |v, i| break i if v == id * 2 } || 9
  TRACKS[id & 3] = t
  $found = each_slot(id & 3) { |track| track.push(100); track.any_over?(50) ? track.n : 0 }
  $found += each_slot(id & 7) { |track| break 1000 if id == 5; track.n }
  bump(id & 7) { id }
  bump(id & 7) { next 3 if id == 2; 1 }
end
