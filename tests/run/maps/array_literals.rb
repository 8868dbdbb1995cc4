# runs: 1 2 3
license "GPL"
class Row
  attr :id,    :u16
  attr :bytes, [:u8, 6]
  attr :wide,  [:i64, 3]
  attr :pair,  [:i16, 2]
end
ROWS = hash(:u32 => Row)
LISTS = hash(:u32 => [:u32, 4])
FIXED = [7, 8, 9].freeze
$sum = 0
$wide = 0
$stored = 0
$list = 0
raw_tracepoint "sys_enter" do |regs, id|
  row = Row.new(id: id, bytes: [1, 2, 250, 4], wide: FIXED)
  row.pair = [-3, 300]
  row.bytes[5] = id
  $sum = row.bytes.sum + row.pair[0] * 1000
  $wide = row.wide.sum + row.pair[1]
  ROWS[id] = row
  LISTS[id] = [4_000_000_000, 2, 1]
  if found = ROWS[id]
    found.wide = [-1, -2, -3]
    $stored = found.wide.sum + found.bytes.max
  end
  if list = LISTS[id]
    list[3] += id
    $list = list.sum
  end
end
