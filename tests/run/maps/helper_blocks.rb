# runs: 0 1 5 9 40 -3
license "GPL"
class Point
  attr :x, :i32
  attr :y, :u64
end
M = hash(:u32 => :u64)
P = hash(:u64 => Point)
$turns = 0
$sum = 0
$name = 0
$ended = 0
$seen = 0
$way = 0

def found(limit)
  bpf_loop(20) { |i| return i * 100 if i * i > limit }
  7
end

raw_tracepoint "sys_enter" do |regs, id|
  n = id.clamp(0, 50)
  sum, name, last = 0, "none", nil
  p = Point.new(x: 3)
  $turns = bpf_loop(n) do |i|
    next if i.odd?
    sum += i
    name = "some" if i == 4
    last = i
    p.y = p.y + i
    M[i] = sum
    bpf_loop(2) { |j| sum += j * i }
  end
  $sum = sum + p.y + (last || 1000)
  $name = name == "some" ? 1 : 0
  $ended = 5
  bpf_loop(n) do |i|
    $ended = i
    break if i == 6
  end
  P[n] = p
  $seen = for_each_map_elem(M) { |k, v| sum += k * v }
  for_each_map_elem(P) { |k, v| v.x += 2 }
  $way = found(n)
  bpf_loop(3) do |i|
    next unless id == 9
    $way = 11
    return
  end
  $sum += sum
end
