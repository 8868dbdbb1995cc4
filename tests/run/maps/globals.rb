# runs: 0 1 2 3 17 -5
license "GPL"
SIZE = 4
class Span4
  attr :low, :u32
  attr :high, :i32

  def width = high - low
end
class Conf
  attr :limit, :u32
  attr :name, [:char, 8]
  attr :spans, [Span4, 2]
  attr :hits, [:u32, 4]
  attr :on, :bool
end
$conf = Conf.new(limit: 5, name: "abc", spans: [Span4.new(low: 1, high: -9), Span4.new], hits: [1, 2, 0, 0], on: true)
$table = [0] * 8
$signed = [1, -2, 3]
$grid = [[1, 2], [3, 4], [5, SIZE]]
$flags = [true, false]
$rules = Array.new(SIZE) { Span4.new(low: 3) }
$up = Array.new(3, 7)
$sum = 0
$found = 0
$past = 0
$name = 0

def widen(span, by)
  span.high += by
  span.width
end

raw_tracepoint "sys_enter" do |regs, id|
  n = id & 7
  $table[n] += 2
  $conf.hits[n & 3] += 2
  $conf.limit += 1 if $conf.on && $conf.name == "abc"
  $conf.on = n != 3
  $up[n % 3] -= 9
  $signed[1] = n - 4
  $grid[n % 3][1] = n
  $grid[2][n & 1] += 5
  $flags[n & 1] = n > 1
  $sum = $signed.sum + $table.size + $grid[1].sum + $table[1]
  rule = $rules[id]
  if rule
    rule.high = n
    rule.low += 1
    $found = rule.width
  else
    $past += 1
  end
  $conf.spans[n & 1].low = n
  $found += widen($conf.spans[0], n)
  $signed = [7, 8, 9] if n == 3
  $rules[1] = Span4.new(low: n) if n == 2
  $conf = Conf.new(limit: n, name: "xyz", on: true) if id == 17
  $name = $conf.name == "xyz" ? 1 : 2
  $table.each_with_index { |v, i| $past += v * i }
end
