# runs: 1 2 3 5 8 13 0 -4
license "GPL"
$broke = 0
$empty = 0
$returned = 0
$early = 0
$first = 0
$deep = 0
$skip = 0
$loops = 0
$after = 0
$captured = 0

def each_of(n)
  i = 0
  while i < 6
    yield i, n
    i += 1
  end
  i * 100
end

def around(x)
  before = x * 2
  r = yield before
  $after += 1
  r + before
end

def first_over(limit)
  10.times { |i| return i if yield(i) > limit }
  nil
end

def from_block(id)
  each_of(id) { |i, n| return i * 1000 + n if i == 3 }
  -1
end

def loops
  n = 0
  loop do
    n += 1
    break n if yield n
  end
end

raw_tracepoint "sys_enter" do |regs, id|
  $broke = each_of(id) { |i, n| break i + 50 if i > n }
  $empty = each_of(id) { break }.nil? ? 1 : 0
  $returned = from_block(id)
  $early = around(id) { |x| next 5 if x > 4; x }
  $first = first_over(id) { |i| i * 2 } || 99
  $deep = first_over(id) { |i| first_over(i) { |j| j * j } || 50 } || 98
  seen = 0
  each_of(id) do |i, n|
    next if i.odd?
    seen = seen * 10 + i
  end
  $skip = seen
  total = 0
  $loops = each_of(3) { |i| each_of(i) { |j, k| total += j * k } }
  $captured = total
end
