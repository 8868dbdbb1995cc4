license "GPL"
LEVELS = [1, 2, 3]
def go(n)
  n > 0 and LEVELS.each { |v| printk "%d", v }
  (1..n).each { |v| return v if v > 5 }
end
raw_tracepoint "sys_enter" do |regs, id|
  x = (1..id).each { |v| break v if v > 5 }  # error: [walk-value]
  y = LEVELS.each { |v| printk "%d", v }.nil?  # error: [walk-value]
  printk "x" if (LEVELS.reverse_each { |v| printk "%d", v })  # error: [walk-value]
  z = (for i in 1..3 do printk "%d", i end)  # error: [walk-value]
  a = [id, 3].reduce { |m, v| m * v }  # error: [fold]
  b = id.digits.size  # error: [convert-word]
  go(id)
  LEVELS.each { |v| printk "%d", v } unless id == 3
  id == 3 || LEVELS.each_with_index { |v, i| printk "%d", v * i }
  (LEVELS.each { |v| printk "%d", v }) if id == 3
end
