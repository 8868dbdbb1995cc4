# runs: 1 2 3 5 8 13 2
license "GPL"
class Page
  attr :n, :u32
  attr :words, [:u64, 100]
end

class Key
  attr :a, [:u64, 40]
  attr :b, :u32
end

class Row
  attr :keys, [:u32, 80]
  attr :name, [:char, 100]
end

PAGES = hash(:u32 => Page)
BY = hash(Key => :u64, default: 0)
KEPT = hash(:u32 => :u64)
$sum = 0
$seen = 0
$mixed = 0
$spread = 0
$each = 0
$found = 0
$name = 0

# called from two places and in a loop, with memory of its own that no frame has room for beside the program's
def spread(a, b, c, d, e)
  row = Row.new
  other = Row.new
  row.keys[a & 63] = b
  other.keys[b & 63] = c
  row.keys[3] += d
  sum = 0
  20.times { |i| sum += row.keys[i] * 3 + other.keys[i] + e }
  sum
end

def mix(a, b)
  row = Row.new
  row.keys[5] = a
  row.keys[6] = spread(a, b, 3, 4, 5)
  row.keys[7] = spread(b, a, 5, 4, 3) + row.keys[5]
  row.keys[5] + row.keys[6] * 3 + row.keys[7]
end

raw_tracepoint "sys_enter" do |regs, id|
  page = Page.new(n: id)
  other = Page.new
  100.times { |i| page.words[i] = id * i }
  other.words[id & 63] = 5
  other.n = 7
  last = id > 4 ? page : other
  $seen = last.words[id & 63] + last.n
  $sum = page.words.sum + other.words[2]
  key = Key.new(b: id & 3)
  key.a[id & 31] = 9
  BY[key] += id
  BY[Key.new(b: 2)] += 1
  PAGES[id & 3] = page
  if kept = PAGES[1]
    kept.words[3] += 2
    $found = kept.words.sum
  end
  $mixed = mix(id, 2) + mix(3, id)
  3.times { |i| $spread += spread(i, id, i + 1, id & 7, i * 2) }
  KEPT[id & 7] = id
  KEPT[9] = 1
  seen = Page.new
  count = 0
  KEPT.each do |k, v|
    here = Page.new
    here.words[k & 63] = v
    seen.words[k & 63] += here.words[k & 63] + page.words[1] + spread(k, v, 1, 1, 1)
    count += here.words.sum
  end
  $each = seen.words.sum + count
  row = Row.new(name: "abc")
  row.keys[1] = id
  row.name = "abcdef" if id > 2
  $name = row.name.size + row.keys.sum
end
