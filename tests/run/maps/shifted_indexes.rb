# runs: 0 1 2 3 7 127 64 -1
license "GPL"
class S
  attr :few, [:u16, 2]
  attr :more, [:u32, 4]
end
$object = S.new
$list = [0] * 4
$sum = 0
raw_tracepoint "sys_enter" do |regs, id|
  s = S.new
  $object.few[1[id & 127] & 1] = id
  $object.more[3 >> (id & 3) & 3] += 5
  $list[2 >> (id & 1) & 3] += 2
  s.few[1[id & 63] & 1] = 7
  $sum = s.few.sum + s.more[1 >> (id & 1) & 1] + $list.sum
end
