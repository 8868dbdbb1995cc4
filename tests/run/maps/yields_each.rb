# runs: 1 2 3 5 8 13 2 1
license "GPL"
COUNTS = hash(:u32 => :u64, default: 0)
PAIRS = hash([:u32, :u32] => :u64, default: 0)
$above = 0
$first = 0
$keys = 0
$broke = 0
$passed = 0
$returned = 0

def each_above(limit)
  COUNTS.each do |k, v|
    yield k, v if v > limit
  end
  nil
end

def handed_on(&block)
  COUNTS.each(&block)
  nil
end

def first_key(limit)
  COUNTS.each { |k, v| return k if v > limit && yield(k) }
  -1
end

raw_tracepoint "sys_enter" do |regs, id|
  COUNTS[id & 7] += id
  above = 0
  each_above(2) { |k, v| above += k * v }
  $above = above
  $first = each_above(20) { |k, v| break k } || 77
  PAIRS[id & 3, 9] += id
  keys = 0
  PAIRS.each { |(a, b), n| keys += a * b + n }
  $keys = keys
  $broke = 0
  each_above(0) { |k| next if k == 1; $broke += k }
  passed = 0
  handed_on { |k, v| passed += k + v }
  $passed = passed
  $returned = first_key(100) { |k| k != 5 } + first_key(0) { |k| COUNTS[9] = 0 if k == id; false }
end
