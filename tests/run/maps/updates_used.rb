# runs: 0 1 2 5 200 -1
license "GPL"
class Point
  attr :x, :i32
  attr :y, :u64
  attr :z, [:u32, 3]
end
A = array(:u64, 4)
H = hash(:u32 => :i32, size: 4, default: 10)
T = array(Point, 2)
$u = 0
$h = 0
$x = 0
$z = 0
$or = 0
raw_tracepoint "sys_enter" do |regs, id|
  $u = (A[id & 3] += 1)
  $h = H[id] -= 3
  $x = (T[1].x -= id)
  $z = (T[0].z[1] += 7)
  $or = (A[1] |= id)
end
