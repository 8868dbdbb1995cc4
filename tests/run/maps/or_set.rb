# runs: 1 2 1 3 4
license "GPL"
class E
  attr :n, :u32
  attr :m, :u64
end
M = hash(:u32 => E, size: 3)
N = hash(:u32 => :u64, size: 3)
$n = 0
$none = 0
raw_tracepoint "sys_enter" do |regs, id|
  N[id] ||= id + 7
  M[id] ||= E.new(n: 3, m: id)
  if e = M[id]
    e.n += 1
    $n = e.n
  else
    $none += 1
  end
  $n += N[id] || 1000
end
