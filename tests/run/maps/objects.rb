# runs: 1 2 3 1 2 130 -4
license "GPL"
class Point
  attr :x, :i16
  attr :y, :u8

  def sum = x + y

  def move(by)
    self.x = x + by
    self
  end
end
class Path
  attr :points, [Point, 4]
  attr :used, :u32
  attr :big, :i64
end
PATHS = hash(:u32 => Path, size: 4)
LAST = queue(Point, 3)
OUT = ringbuf Path
$sum = 0
$first = 0
$gone = 0
$popped = 0
$nav = 0
$kept = 0
$sizes = 0

def fill(path, count)
  path.used = count
  path.points[0].x = count * 100
  path.points[count & 3].y = count
end

raw_tracepoint "sys_enter" do |regs, id|
  path = Path.new(big: -id)
  fill(path, id)
  path.points[3] = Point.new(x: 7, y: 30)
  $sum = path.points[id & 3].sum if id >= 0
  i = id & 1
  path.points[i] = path.points[3]
  OUT << path
  PATHS[id] ||= Path.new(used: 40, points: path.points)
  if kept = PATHS[id]
    kept.used += 1
    kept.points[i].y = 9
    kept.points[2].move(5)
    $kept = kept.used * 1000 + kept.points[2].x
    OUT << kept
  end
  $first = PATHS[1]&.used || 77
  $nav = PATHS[99]&.used || 78
  LAST << Point.new(x: id)
  if id == 3
    gone = PATHS.delete(2)
    $gone = gone.used + gone.points[0].x if gone
    popped = LAST.pop
    $popped = popped.sum if popped
  end
  $sizes = path.points.size
end
