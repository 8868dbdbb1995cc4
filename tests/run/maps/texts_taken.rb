# runs: 0 1 2 3 4
license "GPL"
class Pair
  attr :text, [:char, 16]
  attr :n, :u32
  attr :second, [:char, 16]
end
M = hash([:char, 16] => :u32)
T = hash(:u32 => [:char, 16])
P = hash(:u32 => Pair)
TEXTS = ["ab", "cd", "abcdefgh", "", "abc"]
$text = "xy"
$eq = 0
$start = 0
$called = 0
$yielded = 0
$first = 0
$size = 0
$got = 0
$global = 0
$case = 0
$two = 0
$kept = 0
$inside = 0
$member = 0
$maybe = 0
$byte = 0
$pairs = 0
$bump = 0
$long = 0
PAIRS = hash([:u32, [:char, 16]] => :u32)
COUNTS = hash([:char, 16] => :u32, default: 0)
def both(a, b)
  n = 0
  n += 1 if a == "ab"
  n += 2 if b == "ab"
  n += 4 if a == b
  n + a.size * 8 + b.size * 64
end
def count(a, n)
  a.size * 1000 + n + (a == "ab" ? 500 : 0)
end
def twice(a)
  r = yield a, 1
  r + a.size
end
def changes(a)
  $text = "longer text"
  a.size * 10 + (a == "ab" ? 1 : 0)
end
def changes_pair(a, e)
  e.text = "changed"
  a.size * 10 + (a == "ab" ? 1 : 0)
end
def or_nil(id, n)
  t = TEXTS[id]
  t ? t.size * 100 + n : n
end
def some(a, n)
  a ? a.size * 100 + n : n
end
def other(n)
  $text = n == 0 ? "ab" : "zzz"
  n
end
raw_tracepoint "sys_enter" do |regs, id|
  s = TEXTS[id]
  next unless s
  v = s
  $eq = v == (v = "cd"; v) ? 1 : 2
  v = s
  $start = v.start_with?((v = "x"; "ab")) ? 1 : 2
  v = s
  $called = count(v, (v = "longer"; v.size))
  v = s
  $two = both(v, (v = "ab"; v))
  v = s
  $yielded = twice(v) { |x, y| v = "qq"; x.size * 10 + y }
  v = s
  pr = Pair.new(text: v, n: (v = "other"; 7), second: v)
  $first = pr.text.size * 100 + pr.second.size
  M[v] = (v = "key2"; 5)
  $got = (M["other"] || 0) * 10 + (M["key2"] || 0)
  v = s
  T[1] = v
  $text = s
  $global = both($text, (other(0); "cd"))
  $text = s
  $size = count($text, other(1))
  $text = s
  $kept = $text == (other(0); "ab") ? 1 : 2
  v = s
  $text = s
  $inside = changes($text)
  e = Pair.new(text: s, n: 1, second: "q")
  $member = changes_pair(e.text, e)
  m = TEXTS[id + 1]
  $maybe = some(m, (m = "0123456789"; 3))
  v = s
  b = v[(v = "zzzz"; 0)]
  $byte = b == "z" ? 1 : b == "a" ? 2 : 3
  v = s
  PAIRS[id, v] = (v = "twice"; v.size)
  v = s
  P[id] = Pair.new(text: v, n: (v = "hidden"; v.size), second: v)
  v = s
  COUNTS[v] += (v = "counted"; v.size)
  v = "a text that is long" 
  w = v
  $long = count(v, (v = w; v.size))
end
