# runs: 0 3 7 8 9 -1 70000 4294967296
license "GPL"
A = array(:u64, 8)
P = percpu_array(:u32, 4)
BY = array_of_maps(array(:u64, 8), 3, 0 => A)
$there = 0
$size = 0
$sum = 0
$inner = 0
raw_tracepoint "sys_enter" do |regs, id|
  $there = A.key?(id) ? 1 : 2
  $there += 10 if P.include?(id)
  $there += 100 if BY.key?(id)
  $size = A.size + P.length * 100 + BY.size * 10_000
  A[id] = id if A.key?(id)
  for i in 0...A.size
    $sum += A[i]
  end
  if inner = BY[0]
    $inner = inner.size
  end
end
