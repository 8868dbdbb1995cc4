# runs: 0 1 2 5 200 -1
license "GPL"
class Point
  attr :x, :i32
  attr :y, :u64
end
A = array(:u64, 6)
P = percpu_array(:u32, 4)
T = array(Point, 2)
$at = 0
$p = 0
$y = 0
raw_tracepoint "sys_enter" do |regs, id|
  A[id & 3] += id
  A[5] = id
  P[1] += 3
  P[2] += 1
  P[2] *= 2
  T[1].x -= id
  T[id & 1].y += 2
  $at = A[id] || 55
  $p = P[1]
  $y = T[0].y
end
