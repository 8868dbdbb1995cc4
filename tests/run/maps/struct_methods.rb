# runs: 1 2 3 5 8 13 2
license "GPL"
class Point
  attr :x, :i32
  attr :y, :i32

  def norm = x.abs + y.abs

  def far?(limit = 10)
    norm > limit
  end

  def move(dx, dy: 1)
    self.x += dx
    self.y = y + dy
  end
end

class Track
  attr :at, Point
  attr :past, [:i16, 4]
  attr :n, :u8

  def push(value)
    past[n & 3] = value
    self.n = n + 1
  end

  def total
    sum = 0
    past.each { |v| sum += v }
    sum
  end
end

def advance(track, by)
  track.at.move(by, dy: by * 2)
  track.push(by)
  track.at.norm
end

KEPT = hash(:u32 => Track)
BY = hash(Point => :u64, default: 0)
NORMS = array(:i64, 8)
$norm = 0
$far = false
$total = 0
$sums = 0
$found = 0
$past = 0
raw_tracepoint "sys_enter" do |regs, id|
  p = Point.new(x: -id, y: id)
  p.move(3)
  $norm = p.norm
  $far = p.far?
  BY[p] += id
  t = Track.new(at: p)
  advance(t, id)
  advance(t, -2)
  NORMS[id & 7] = t.total * 1000 + advance(t, 7)
  $total = t.past.sum
  $sums = t.past.sum { |v| v > 0 ? v * 2 : 0 }
  $found = t.past.index(7) || -1
  $past = t.past[id] || -5
  if kept = KEPT[id & 3]
    kept.at.move(1)
    kept.push(id)
    $total = kept.total if kept.at.far?(4)
  else
    KEPT[id & 3] = t
  end
end
