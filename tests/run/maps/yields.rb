# runs: 1 2 3 5 8 13 0 -4
license "GPL"
$none = 0
$one = 0
$two = 0
$dropped = 0
$list = 0
$value = 0
$apart = 0
$nested = 0
$given = 0
$without = 0
$optional = 0
$inner = 0
$kinds = 0
$symbol = 0
$symbol2 = 0
$numbered = 0
$trail = 0
$shadow = 0
$args = 0
$keyword = 0
$order = 0
$text = 0

PAIR = [6, 7]

def nothing = yield
def one(a) = yield(a)
def two(a, b) = yield(a, b)

def both(a)
  first = yield a
  second = yield a + 1
  first * 100 + second
end

def list(a)
  yield [a, a + 1, a + 2]
end

def pair = yield(PAIR)

def deep(a) = yield([a, a * 2], a * 3)

def either(a)
  return -1 unless block_given?
  yield a
end

def maybe(a)
  if block_given?
    yield(a)
  else
    a + 1000
  end
end

def scaled(a, by = 10, plus: 1)
  yield a * by + plus
end

def mixed
  a = yield "a"
  b = yield "two"
  c = yield nil
  a + b * 10 + c * 100
end

def steps
  $order += 10 if yield
  yield
end

def note(n)
  $order |= n
  n
end

def named = yield("short", 3)

raw_tracepoint "sys_enter" do |regs, id|
  $none = nothing { 41 + id }
  $one = one(id) { |x| x + 1 }
  $one += one(id) { |x, y| y.nil? ? x : 0 }
  $two = two(id, 3) { |x, y| x * y }
  $dropped = two(id, 3) { |x| x }
  $dropped += two(id, 3) { 5 }
  $list = list(id) { |x, y| x * 10 + y }
  $list += list(id) { |x, (y), z, w| w.nil? ? x + y + z : 0 }
  $value = both(id) { |x| next 3 if x == 2; x & 15 }
  $apart = pair { |x, y| x * 10 + y }
  $apart += pair { |x, y, z| z ? 1 : x }
  $apart += pair { |x| x.sum }
  $nested = deep(id) { |(x, y), z| x + y * 100 + z * 10_000 }
  $nested += deep(id) { |(x), (z, w)| w.nil? ? x - z : 0 }
  $given = either(id) { |x| x * 2 }
  $given += either(id)
  $without = maybe(id) + maybe(id) { |x| x }
  $optional = scaled(id) { |x| x } + scaled(id, 3) { |x| x } + scaled(id, plus: 5) { |x| x }
  $inner = one(id) { |x, y = 7| x * 10 + y } + two(id, 2) { |x, y = 7, z = 8| x + y * 10 + z * 100 }
  $inner += one(id) { |x = 3, y| y * 10 + x } + nothing { |x = 9, y = (x + 1)| x * y }
  $inner += list(id) { |x, y = 4, z, w| w.nil? ? x + y + z : 0 }
  $kinds = mixed { |x| x.nil? ? 6 : x.size }
  $symbol = one(id, &:abs) + one(id - 3, &:succ)
  $symbol2 = two(id, 4, &:+) + two(id, 4, &:-)
  $numbered = two(id, 5) { _2 * 100 + _1 } + one(id) { _1 + 1 } + list(id) { _3 - _1 }
  $trail = list(id) { |x,| x } + one(id) { |x,| x }
  x = 17
  y = 1
  $shadow = one(id) { |x; y| y = x + 1; y * 2 } + x + y
  $args = 0
  two(note(1), note(2)) { |a| $args = a }
  $args += $order
  $order = 0
  steps { id > 2 }
  $text = named { |word, n| word.size + n + (word == "short" ? 100 : 0) }
end
