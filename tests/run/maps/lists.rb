# runs: 1 2 3 4 5 0
license "GPL"
Q = queue(:u32, 3)
S = stack(:i16, 4)
B = bloom_filter(:u64, 100)
$popped = 0
$top = 0
$room = false
$known = 0
raw_tracepoint "sys_enter" do |regs, id|
  if id == 0
    $popped = Q.pop || 99
    $top = S.pop || 99
  else
    $room = Q.push(id * 100)
    S << -id
    B << id
  end
  $top += S.peek || 1000
  $known += 1 if B.include?(2)
end
