# runs: 0 1 2 3 -4 200
license "GPL"
class Held
  attr :list, [:i16, 3]
  attr :bytes, [:u8, 4]
end
A = array(Held, 2)
Q = percpu_array(:u16, 4)
$least = 0
$most = 0
$down = 0
$ends = 0
$scaled = 0
raw_tracepoint "sys_enter" do |regs, id|
  o = Held.new
  o.list[id & 1] = id
  o.list[2] = -7
  A[1].bytes[id & 3] = id
  $least = o.list.min
  $most = o.list.max + A[1].bytes.min + A[1].bytes.max
  sum = 0
  o.list.reverse_each { |x| sum = sum * 10 + x }
  $down = sum
  $ends = o.list.first * 3 + o.list.last
  Q[((id > 2 ? nil : id) || 3).abs % 4] *= 3
  Q[id & 3] += id
  $scaled = Q[((id > 2 ? nil : id) || 3).abs % 4]
end
