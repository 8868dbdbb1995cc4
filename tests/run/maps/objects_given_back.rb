# runs: 1 2 3 5 8 13
license "GPL"
class P
  attr :x, :i32
  attr :y, :i32
  def +(other) = P.new(x: x + other.x, y: y + other.y)
  def -@ = P.new(x: -x, y: -y)
  def [](i) = i == 0 ? x : y
  def ==(other) = x == other.x && y == other.y

  def move!(by)
    self.x += by
    self
  end
end
LIMITS = [4, 9].freeze
$x = 0
$sum = 0
$same = 0
$maybe = 0
$chain = 0
$best = 0
$alias = 0
$kept = 0
$picked = 0
$last = 0

def make(n) = P.new(x: n, y: 1)
def pick(a, b) = a.x > b.x ? a : b

def maybe(n)
  return nil if n < 3
  P.new(x: n)
end

raw_tracepoint "sys_enter" do |regs, id|
  p = make(id)
  q = pick(p, make(4))
  $x = q.x
  r = p + q + -p
  $sum = r[0] * 10 + r[1]
  $same = 0
  $same = 1 if r == q
  $same += 2 if LIMITS.include?(id)
  if m = maybe(id)
    $maybe = m.x
  end
  r.move!(2).move!(id).y = 7
  $chain = r.x * 10 + r.y
  best = make(0)
  5.times { |i| best = pick(best, make((i * id) % 7)) }
  $best = best.x
  3.times do
    t = q
    t.x += 1
    pick(q, make(0)).move!(10)
  end
  $alias = q.x
  kept = nil
  4.times do |i|
    e = make(i * id)
    kept = e if i == 2
  end
  $kept = kept ? kept.x : -1
  last = nil
  before = nil
  4.times do |i|
    before = last
    last = maybe(i * id)
  end
  $last = (last ? last.x : -1) * 1000 + (before ? before.x : -1)
  3.times { |i| (i == 1 ? p : q).move!(i) }
  $picked = p.x * 100 + q.x
end
