# runs: 0 1 5 -3 70000
license "GPL"
class Small
  attr :n, :u8
  attr :m, :i32
  attr :list, [:i8, 2]
end
H = hash(:u32 => :i32, default: -4)
U = hash(:u32 => :u32, default: 0)
E = array(Small, 1)
P = percpu_array(:u16, 2)
$h = 0
$u = 0
$b = 0
$n = 0
$m = 0
$l = 0
$p = 0
raw_tracepoint "sys_enter" do |regs, id|
  $h = (H[id & 1] += -2147483648)
  $u = (U[id & 1] += id * 4)
  $b = (U[id & 1] -= 5)
  o = Small.new(n: 250)
  $n = (o.n += 10)
  $m = (E[0].m -= id)
  $l = (o.list[id & 1] += id)
  $p = (P[1] -= id)
end
