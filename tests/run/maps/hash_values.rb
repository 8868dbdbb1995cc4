# runs: 1 2 3 300 70000 -5 1
license "GPL"
M = hash(:u32 => :u16, size: 5)
S = hash(:i8 => :i16)
F = hash(:u32 => :bool)
$m = 0
$s = 0
$none = 0
$or = 0
$flag = false
raw_tracepoint "sys_enter" do |regs, id|
  M[id & 7] = id
  S[id] = -id
  F[id] = id > 2
  if v = M[3]
    $m = v
  else
    $none += 1
  end
  $s = S[1] || 5
  $or = (M[9] ||= id & 0xff) || 0
  $flag = F[id] || false
  M.delete(1) if id == 300
end
