# runs: 1 2 3
license "GPL"
class E
  attr :n, :u32
  attr :m, :u64
end
M = hash(:u32 => E)
$x = 0
$best = 0
raw_tracepoint "sys_enter" do |regs, id|
  prev = E.new(n: 0)
  best = E.new(n: 0)
  4.times do |i|
    cur = E.new(n: i * id & 3)
    $x += prev.n * 10
    prev = cur
    best = cur if cur.n > best.n
    M[i] = cur
  end
  $best = best.n
  M[9] = prev
end
