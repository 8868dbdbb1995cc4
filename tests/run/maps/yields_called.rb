# runs: 1 2 3 5 8 13 0 -4
license "GPL"
$nested = 0
$method = 0
$loop = 0
$turns = 0
$fresh = 0
$maybe = 0
$call = 0
$call2 = 0
$asked = 0
$safe = 0
$safe2 = 0
$found = 0
$last = 0

LIST = [3, 1, 4, 1, 5]

def called(&block)
  a = block.call(4)
  b = block.(a + 1)
  c = block[b]
  d = block.yield(c)
  a + b * 10 + c * 100 + d * 1000
end

def each_of(n)
  i = 0
  while i < 6
    yield i, n
    i += 1
  end
  i * 100
end

def first_over(limit)
  10.times { |i| return i if yield(i) > limit }
  nil
end

def asked(&block)
  return 7 unless block
  block ? block.call(1) : 0
end

def safe(&block) = block&.call(2) || 50

def is_nil(&block) = block.nil? ? 1 : 2

def twice
  yield
  yield
end

def search(x)
  LIST.each_with_index do |e, i|
    return i if yield e, x
  end
  -1
end

def kept
  3.times do |i|
    seen = i if i == 1
    yield seen || 40
  end
end

def loops
  n = 0
  loop do
    n += 1
    break n if yield n
  end
end

raw_tracepoint "sys_enter" do |regs, id|
  $call = called { |x| x * 2 + 1 }
  $call2 = called { |x| break x if x > id + 8; x + 3 }
  $asked = asked + asked { |x| x + id } * 100
  $safe = safe + safe { |x| x + id } * 100
  $safe2 = is_nil + is_nil { 3 } * 10
  n = 0
  twice { twice { n += 1; twice { n += id } } }
  $nested = n
  $method = search(id) { |e, x| e > x }
  $found = search(2) { |e, x| break e * 100 if e == id; e == x }
  kept_sum = 0
  kept { |v| kept_sum = kept_sum * 100 + v }
  $fresh = kept_sum
  m = nil
  twice { m = m ? m + 1 : id }
  $maybe = m
  $loop = loops { |k| k > 5 || k * k > id }
  $last = LIST.find { |e| first_over(e) { |k| break 12 if k == 9; k } == 12 } || 4
  return if each_of(0) { |i| return if id == 13 && i == 2 } == 1
  $turns += 1
end
