#: if, elsif, else and their values
#! ids = -1, 0, 5
$a = if id < 0 then 1 elsif id == 0 then 2 else 3 end  #=> 1, 2, 3
$b = id > 0 ? (id > 4 ? 10 : 20) : 30                  #=> 30, 30, 10
$c = (id.zero? and not id.positive?)                   #=> False, True, False
$d = unless id == 0 then 7 else 8 end                  #=> 7, 8, 7
v = begin
  w = id * 2
  w + 1
end
$e = v                                                 #=> -1, 1, 11
$f = (x = 3; x * x)                                    #=> 9, 9, 9
$g = 4 if id != 0
$g = 5 unless id != 0
$h = $g                                                #=> 4, 5, 4

#: case and when: integers, ranges, lists, else
#! ids = 1, 7, 12, 40, -3
$a = case id
     when 1 then 10
     when 5..9 then 20
     when 11, 12, 13 then 30
     when 30...41 then 40
     else 50
     end                                               #=> 10, 20, 30, 40, 50
$b = case
     when id < 0 then 1
     when id > 10 then 2
     else 3
     end                                               #=> 3, 3, 2, 2, 1

#: case with a list
#! ids = 1, 8
ODDS = [1, 7]
raw_tracepoint "sys_enter" do |regs, id|
  $a = case id
       when *ODDS then 1
       else 0
       end                                             #=> 1, 0
end

#: when with an array of constants' ranges
#! ids = 3, 20, 100
SMALL = 0..9
raw_tracepoint "sys_enter" do |regs, id|
  $a = case id
       when SMALL then 1
       when (10..) then id > 50 ? 3 : 2
       else 4
       end                                             #=> 1, 2, 3
end

#: while, until, loop, break, next
#! ids = 5, 0
i = 0
n = 0
while i < 10
  i += 1
  next if i.even?
  break if i > 7
  n += i
end
$a = n                                                 #=> 16, 16
$b = i                                                 #=> 9, 9
k = id & 7
k -= 1 until k <= 2
$c = k                                                 #=> 2, 0
j = 0
r = loop do
  j += 1
  break j * 10 if j == 4
end
$d = r                                                 #=> 40, 40
t = 0
begin
  t += 1
end while t < 3
$e = t                                                 #=> 3, 3
z = 100
begin
  z += 1
end until true
$f = z                                                 #=> 101, 101

#: for, times, upto, downto, step, each, each_with_index
#! ids = 4, 0
s = 0
for i in 1..5 do s += i end
$a = s                                                 #=> 15, 15
$b = i || 0                                            #=> 5, 5
s = 0
(id & 7).times { |q| s += q }
$c = s                                                 #=> 6, 0
s = 0
2.upto(5) { |q| s = s * 10 + q }
$d = s                                                 #=> 2345, 2345
s = 0
5.downto(2) { |q| s = s * 10 + q }
$e = s                                                 #=> 5432, 5432
s = 0
1.step(10, 3) { |q| s = s * 100 + q }
$f = s                                                 #=> 1040710, 1040710
s = 0
(0..20).step(5) { |q| s += q }
$g = s                                                 #=> 50, 50
s = 0
[3, 1, 2].each_with_index { |v, at| s += v * at }
$h = s                                                 #=> 5, 5
s = 0
(1...4).each { |q| s += q }
$i = s                                                 #=> 6, 6
s = 0
10.step(1, -4) { |q| s = s * 100 + q }
$j = s                                                 #=> 100602, 100602
s = 0

#: the value of each loop form
#! ids = 3
$a = 3.times { |q| q }                                 #=> 3
v = while id > 100 do 1 end
$b = v.nil?                                            #=> True
w = 5.times { |q| break q * 100 if q == id }
$c = w                                                 #=> 300

#: enumerable methods of arrays and ranges
#! ids = 2, 9
$a = [id, 5, 3].map { |v| v * 2 }.sum                  #=> 20, 34
$b = [id, 5, 3].select { |v| v > 2 }.size              #=> 2, 3
$c = [id, 5, 3].sum                                    #=> 10, 17
$d = [id, 5, 3].sum { |v| v * v }                      #=> 38, 115
$e = [id, 5, 3].count { |v| v.odd? }                   #=> 2, 3
$f = [id, 5, 3].count(3)                               #=> 1, 1
$g = [id, 5, 3].any? { |v| v == 9 }                    #=> False, True
$h = [id, 5, 3].all? { |v| v >= 2 }                    #=> True, True
$i = [id, 5, 3].none? { |v| v > 8 }                    #=> True, False
$j = [7, 5, id].include?(id)                           #=> True, True
$k = [id, 5, 3].find { |v| v > 4 } || 0                #=> 5, 9
$l = [id, 5, 3].index(3) || 99                         #=> 2, 2
$m = [id, 5, 3].index { |v| v == 9 } || 99             #=> 99, 0
$n = [id, 5, 3].min                                    #=> 2, 3
$o = [id, 5, 3].max                                    #=> 5, 9
$p = [id, 5, 3].first                                  #=> 2, 9
$q = [3, 5, id].last                                   #=> 2, 9
$r = (1..4).sum                                        #=> 10, 10
$s = (1..4).map { |v| v + id }.max || 0                #=> 6, 13
$t = (1..10).find { |v| v * v > id * 10 } || 0         #=> 5, 10
$u = (1...10).size                                     #=> 9, 9
$v = (3..7).include?(id)                               #=> False, False
$w = (1..6).count { |v| v % 3 == 0 }                   #=> 2, 2
$x = [id, 1].empty?                                    #=> False, False

#: a list's elements are there before the first turn
#! ids = 2, 9
n = 1
[id, n + 1, n].each { |v| n = n * 10 + v }
$a = n                                                 #=> 1221, 1921
s = 0
for x in [id, n, 5] do s += x end
$b = s                                                 #=> 1228, 1935
m = 0
[id, 4, 7].each_with_index { |v, at| m += v * at; break if at == 1 }
$c = m                                                 #=> 4, 4
k = 0
[id > 5, true, false].each { |on| k = k * 2 + (on ? 1 : 0) }
$d = k                                                 #=> 2, 6
$e = ["a", comm].count { |t| t == "rucy-fuzz" }        #=> 1, 1
$f = [id > 1, id > 5].all?                             #=> False, True
$g = [id > 10, id > 5].any?                            #=> False, True
$h = [id > 10, id > 5].none?                           #=> True, False
$i = [id, 0].all?                                      #=> True, True

#: an array of truths
#! ids = 0, 3
class Bits
  attr :on, [:bool, 4]
end
raw_tracepoint "sys_enter" do |regs, id|
  b = Bits.new
  $a = b.on.any?                                       #=> False
  b.on[id & 3] = true
  $b = b.on.any?                                       #=> True
  $c = b.on.all?                                       #=> False
  $d = b.on.count(true)                                #=> 1
  $e = b.on.index(true) || 9                           #=> 0, 3
end

#: arrays of constants
#! ids = 1, 3
LEVELS = [10, 20, 30, 40]
raw_tracepoint "sys_enter" do |regs, id|
  $a = LEVELS[id & 3]                                  #=> 20, 40
  $b = LEVELS[-1] + LEVELS[0]                          #=> 50
  $c = LEVELS.size                                     #=> 4
  $d = LEVELS[id + 1] || 7                             #=> 30, 7
  if v = LEVELS[id + 2]
    $e = v
  else
    $e = 1
  end
  $f = $e                                              #=> 40, 1
  $g = LEVELS[-id] || 0                                #=> 40, 20
  a = [1, 2, 3]
  $h = a[id] || 9                                      #=> 2, 9
end

#: an array of a run's own
a = [id, 5, 3]                                         # error: array

#: a large array of a run's own
a = [0] * 200                                          # error: *
$a = id

#: an index that is not proved inside
a = [10, 20, 30]
$a = a[id] + 1                                         # error: nil

#: an index that cannot be inside
a = [10, 20, 30]
$a = a[5] + 1                                          # error: nil

#: multiple assignment and destructuring
#! ids = 3, 8
a, b = id, 2
a, b = b, a
$a = a * 10 + b                                        #=> 23, 28
(c, d), e = [id, 1], 2
$b = c + d + e                                         #=> 6, 11
f = g = id
$c = f + g                                             #=> 6, 16
h, (i, j) = 1, [2, 3]
$d = h * 100 + i * 10 + j                              #=> 123, 123
q, r = id.divmod(3)
$e = q * 10 + r                                        #=> 10, 22

#: methods with optional and keyword arguments
#! ids = 3, -3
def scaled(x, by = 10, plus: 1) = x * by + plus
def sign(x)
  return -1 if x < 0
  1
end
def rest(x, y = x * 2)
  y - x
end
raw_tracepoint "sys_enter" do |regs, id|
  $a = scaled(id)                                      #=> 31, -29
  $b = scaled(id, 2)                                   #=> 7, -5
  $c = scaled(id, plus: 5)                             #=> 35, -25
  $d = sign(id)                                        #=> 1, -1
  $f = rest(id) + rest(id, 1)                          #=> 1, 1
end

#: a method that returns two values
def pair(x) = [x, x + 1]
raw_tracepoint "sys_enter" do |regs, id|
  x, y = pair(id)                                      # error: *
  $a = id
end

#: a missing argument
def scaled(x, by) = x * by
raw_tracepoint "sys_enter" do |regs, id|
  $a = scaled(id)                                      # error: scaled, 2
end

#: an unknown keyword
def scaled(x, plus: 1) = x + plus
raw_tracepoint "sys_enter" do |regs, id|
  $a = scaled(id, minus: 1)                            # error: minus
end

#: a missing keyword
def scaled(x, plus:) = x + plus
raw_tracepoint "sys_enter" do |regs, id|
  $a = scaled(id)                                      # error: plus
end

#: blocks, yield and closures
#! ids = 4
def twice
  yield 1
  yield 2
end
def around(x)
  r = yield x, x + 1
  r * 10
end
def first_big(a)
  a.each { |v| return v if v > 10 }
  0
end
def maybe
  block_given? ? yield : 9
end
raw_tracepoint "sys_enter" do |regs, id|
  sum = 0
  twice { |v| sum += v * id }
  $a = sum                                             #=> 12
  $b = around(id) { |x, y| x * y }                     #=> 200
  $c = first_big([1, 20, 30])                          #=> 20
  $d = first_big([1, 2])                               #=> 0
  n = around(1) { |x, y| next 5 if x == 1; 7 }
  $e = n                                               #=> 50
  twice { |v| sum = v; break if v == 1 }
  $f = sum                                             #=> 1
  $g = maybe + maybe { id }                            #=> 13
  s = 0
  3.times { |i| 3.times { |j| next if i == j; s += i * 10 + j } }
  $h = s                                               #=> 66
  x = 1
  twice { |x| s = x }
  $i = x                                               #=> 1
  u = [1, 2, 3].sum { _1 * 2 }
  $k = u                                               #=> 12
end

#: a block's nameless parameter
t = 0
4.times { t += it }                                    # error: _1

#: next and return leave the probe at any depth
#! ids = 1, 2, 3
$a = 0
raw_tracepoint "sys_enter" do |regs, id|
  $a = 1
  next if id == 1
  [1, 2].each { |v| return 0 if v == id }
  $a = 2                                               #=> 1, 1, 2
end

#: break out of a probe
break if id == 1                                       # error: break

#: redo
3.times { redo }                                       # error: redo

#: retry
begin
  $a = 1
rescue                                                 # error: exceptions
  retry
end

#: an exception
raise "no" if id == 1                                  # error: raise

#: recursion
def fact(n)
  n < 2 ? 1 : n * fact(n - 1)                          # error: fact
end
raw_tracepoint "sys_enter" do |regs, id|
  $a = fact(id)
end

#: recursion of two
def even(n) = n == 0 ? true : odd(n - 1)
def odd(n) = n == 0 ? false : even(n - 1)              # error: *
raw_tracepoint "sys_enter" do |regs, id|
  $a = even(id)
end

#: splat parameters
def all(*args) = args.size                             # error: *
raw_tracepoint "sys_enter" do |regs, id|
  $a = all(1, 2)
end

#: eval
$a = eval("1")                                         # error: eval

#: send
$a = id.send(:abs)                                     # error: send

#: an object made at run time
x = Object.new                                         # error: Object

#: a Hash made at run time
x = { 1 => 2 }                                         # error: hash
$a = x[1]

#: a lambda
f = ->(v) { v + 1 }                                    # error: *
$a = f.(id)                                            # error: method

#: a name that nothing has
$a = foo + 1                                           # error: foo

#: a local of the user half in a probe
limit = 10
raw_tracepoint "sys_enter" do |regs, id|
  $a = id if id > limit                                # error: limit
end

#: a variable that one path only assigns is nil on the other
x = 5 if id == 1
$a = x + 1                                             # error: nil

#: safe navigation and the tests of nil
#! ids = 1, 2
SEEN = hash(:u32 => :i64, size: 16)
raw_tracepoint "sys_enter" do |regs, id|
  SEEN[1] = -40 if id == 1
  SEEN.delete(1) if id == 2
  $a = SEEN[1]&.abs || 3                               #=> 40, 3
  $b = SEEN[1].nil?                                    #=> False, True
  v = SEEN[1]
  v ||= 6
  $c = v                                               #=> -40, 6
  $d = SEEN.fetch(1, 9)                                #=> -40, 9
  w = SEEN[1]
  $e = w ? 1 : 2                                       #=> 1, 2
  $f = (w and w < 0) ? 5 : 6                           #=> 5, 6
  $g = SEEN.key?(1)                                    #=> True, False
  next $h = 0 unless w
  $h = w + 1                                           #=> -39, 0
end

#: a capped loop ends the probe
#! ids = 1
#! ruby = False
#! stopped = 1
$a = 1                                                 #=> 1
i = id
while i != 0
  i += 2
  i |= 1
end
$b = 1
$c = $b                                                #=> 0

#: a long loop that is proved runs to its end
#! ids = 0
n = 0
100_000.times { |i| n += i & 1 }
$a = n                                                 #=> 50000

#: a loop whose bound is only known at run time
#! ids = 1000, 0, 77777
n = 0
i = 0
while i < id
  n += 2
  i += 1
end
$a = n                                                 #=> 2000, 0, 155554
x = id
c = 0
until x == 0
  x >>= 1
  c += 1
end
$b = c                                                 #=> 10, 0, 17

#: nested loops over a table
#! ids = 5
t = 0
(1..id).each do |i|
  (i..id).each do |j|
    next if (i + j).odd?
    break if j > 4
    t += i * j
  end
end
$a = t                                                 #=> 41

#: a large struct moves off the stack
#! ids = 3, 199
#! ruby = False
class Big
  attr :a, [:u64, 200]
end
raw_tracepoint "sys_enter" do |regs, id|
  b = Big.new
  200.times { |i| b.a[i] = i * id }
  $a = b.a[id] || 0                                    #=> 9, 39601
  $b = b.a.sum                                         #=> 59700, 3960100
  $c = b.a.max                                         #=> 597, 39601
end

#: nested optional values
#! ids = 1, 2, 3
A = hash(:u32 => :u32, size: 8)
raw_tracepoint "sys_enter" do |regs, id|
  A[1] = 2
  A[2] = 30
  v = A[id]
  w = v && A[v]
  $a = w || 0                                          #=> 30, 0, 0
  $b = (A[A[id] || 9] || 5)                            #=> 30, 5, 5
  x = A.fetch(id) { |k| k * 7 }
  $c = x                                               #=> 2, 30, 21
  $d = A[id]&.then { 1 } ? 1 : 2                       # error: then
end

#: fetch with a block
#! ids = 1, 3
A = hash(:u32 => :u32, size: 8)
raw_tracepoint "sys_enter" do |regs, id|
  A[1] = 2
  x = A.fetch(id) { |k| k * 7 }
  $c = x                                               #=> 2, 21
end

#: until with complex conditions, nested breaks with values
#! ids = 7, 20
i = 0
found = until i >= id
  i += 1
  break i * 100 if i * i > 30 && i.even?
end
$a = found || -1                                       #=> 600, 600
s = (1..id).find { |n| break n + 1000 if n == 5 }
$c = s || 0                                            #=> 1005, 1005
t = id.times { |n| break }
$d = t.nil?                                            #=> True

#: complex steps and ranges
#! ids = 3, -3
s = 0
id.step(10, 4) { |x| s = s * 20 + x + 3 }
$a = s                                                 #=> 130, 1772
s = 0
(id..10).step(4) { |x| s += x }
$b = s                                                 #=> 10, 12
s = 0
(id...id + 3).each_with_index { |x, i| s += x * i }
$c = s                                                 #=> 14, -4
s = 0
10.downto(id) { |x| break if x < 5; s += x }
$d = s                                                 #=> 45, 45
s = 0
1.step(by: 3, to: 10) { |x| s += x }
$e = s                                                 #=> 22
s = 0
(1..3).reverse_each { |x| s = s * 10 + x }
$f = s                                                 #=> 321
$g = (id..5).include?(4)                               #=> True, True
$h = (1..10) === id                                    #=> True, False
$i = (id..).first == id                                #=> True

#: closures change what is around them
#! ids = 5
def each_pair(n)
  i = 0
  while i < n
    yield i, n - i
    i += 1
  end
end
def count_if(n)
  c = 0
  n.times { |i| c += 1 if yield(i) }
  c
end
def apply(x, &blk) = blk.call(x)
def wrapped(x, &blk) = count_if(x, &blk)
raw_tracepoint "sys_enter" do |regs, id|
  t = 0
  each_pair(id) { |a, b| t += a * b }
  $a = t                                               #=> 20
  $b = count_if(id) { |i| i.odd? }                     #=> 2
  limit = 3
  $c = count_if(id) { |i| i < limit }                  #=> 3
  $d = wrapped(10) { |i| i % 3 == 0 }                  #=> 4
  u = 0
  count_if(4) { |i| u |= 1 << i; true }
  $e = u                                               #=> 15
end

#: &blk.call
def apply(x, &blk) = blk.call(x)
raw_tracepoint "sys_enter" do |regs, id|
  $a = apply(id) { |x| x + 1 }                         #=> 1
end

#: method with default from another and early returns in blocks
#! ids = 2, 12
def first_over(limit, from = 0, to: from + 10)
  (from..to).each { |x| return x if x * x > limit }
  -1
end
raw_tracepoint "sys_enter" do |regs, id|
  $a = first_over(20)                                  #=> 5
  $b = first_over(20, id)                              #=> 5, 12
  $c = first_over(1000, id)                            #=> -1, -1
  $d = first_over(1000, to: id * 3)                    #=> -1, 32
end

#: symbols as modes
#! ids = 1, 2
def pick(mode, x)
  case mode
  when :double then x * 2
  when :square then x * x
  else 0
  end
end
raw_tracepoint "sys_enter" do |regs, id|
  $a = pick(:double, id) + pick(:square, 5)            # error: *
end

#: numbers in many bases and underscores, unary forms
#! ids = 3
$a = 0xFF_FF + 0b1_0 + 0o7 + 1_000                     #=> 66544
$b = - -id                                             #=> 3
$c = -id.abs                                           #=> -3
$d = (-id).abs                                         #=> 3
$e = -2 ** 2                                           #=> -4
$f = 2 ** 3 ** 2                                       #=> 512
$g = 7 & 3 == 3 ? 1 : 2                                #=> 1

#: precedence
#! ids = 3
$a = 1 + 2 * id ** 2 - 4 / 2                           #=> 17
$b = 1 << 2 + 1                                        #=> 8
$c = 6 & 3 | 8 ^ 1                                     #=> 11
$d = (not id == 3 and id == 2)                         #=> False
$e = id == 3 || id == 4 && false                       #=> True
$f = !(id == 3) || true                                #=> True
$g = id > 1 && id < 5 ? 10 : 20                        #=> 10
x = id if false || id == 3
$h = x || 0                                            #=> 3

#: global strings, arrays and structs
#! ids = 1, 9
class Conf
  attr :n, :u32
  attr :name, [:char, 8]
end
$conf = Conf.new(n: 4, name: "abc")
$hits = [0] * 4
$names = "x"
raw_tracepoint "sys_enter" do |regs, id|
  $hits[id & 3] += 1
  $conf.n += id
  $a = $conf.n                                         #=> 5, 14
  $b = $conf.name == "abc"                             #=> True, False
  $conf.name = "longer than eight"
  $c = $conf.name.size <= 8                            #=> True
  $d = $hits.sum                                       #=> 1, 2
  $e = $hits[id] || 100                                #=> 1, 100
  $names = comm
  $f = $names.size                                     #=> 9
end

#: unless/else, statement modifiers and empty bodies
#! ids = 0, 1
unless id == 0
  $a = 1
else
  $a = 2
end
$b = $a                                                #=> 2, 1
if id == 1 then end
3.times { }
$c = 1 while false
begin; $d = 5; end unless id == 0
$e = $d                                                #=> 0, 5
$f = (id == 0 ? begin; 3; end : (4))                   #=> 3, 4

#: swaps and chained assignment with maps and fields
#! ids = 3
class P2
  attr :a, :u32
  attr :b, :u32
end
M = hash(:u32 => :u64, size: 8)
raw_tracepoint "sys_enter" do |regs, id|
  q = P2.new(a: 1, b: 2)
  q.a, q.b = q.b, q.a
  $a = q.a * 10 + q.b                                  #=> 21
  M[1], M[2] = id, id + 1
  $b = (M[1] || 0) * 10 + (M[2] || 0)                  #=> 34
  $x = $y = id
  $c = $x + $y                                         #=> 6
  q.a = q.b = 9
  $d = q.a + q.b                                       #=> 18
  q.a += 1
  q.a <<= 2
  $e = q.a                                             #=> 40
end

#: a method with a map as what it works on
#! ids = 1, 1
SEEN = hash(:u32 => :u64, size: 8)
def seen?(x)
  return true if SEEN.key?(x)
  SEEN[x] = 1
  false
end
raw_tracepoint "sys_enter" do |regs, id|
  $a = seen?(id) ? 1 : 2                               #=> 2, 1
  $b = seen?(id + 1) ? 1 : 2                           #=> 2, 1
end

#: ranges in case, exclusive ends, endless
#! ids = 0, 9, 10, 99, 100, -1
$a = case id
     when ...0 then 1
     when 0...10 then 2
     when 10..99 then 3
     else 4
     end                                               #=> 2, 2, 3, 3, 4, 1
$b = case
     when (1..).include?(id) then 1
     else 0
     end                                               #=> 0, 1, 1, 1, 1, 0

#: destructuring block parameters
#! ids = 2
t = 0
[[1, 2], [3, 4]].each { |a, b| t += a * b * id }       # error: Array
$a = t

#: hashes of arrays of structs: an array in a struct in a map
#! ids = 0, 1, 0
class Row
  attr :cells, [:u32, 4]
  attr :last, :u8
end
R = hash(:u32 => Row, size: 4)
raw_tracepoint "sys_enter" do |regs, id|
  R[id] = Row.new unless R.key?(id)
  if r = R[id]
    r.cells[r.last & 3] += id + 10
    r.last += 1                                        # error: *
  end
end

#: an array in a struct in a map, without an atomic
#! ids = 0, 1, 0
class Row
  attr :cells, [:u32, 4]
  attr :last, :u32
end
R = hash(:u32 => Row, size: 4)
raw_tracepoint "sys_enter" do |regs, id|
  R[id] = Row.new unless R.key?(id)
  if r = R[id]
    r.cells[r.last & 3] += id + 10
    r.last += 1
    $a = r.cells.sum                                   #=> 10, 11, 20
    $b = r.cells[1]                                    #=> 0, 0, 10
    $c = r.last                                        #=> 1, 1, 2
  end
end

#: masks of flags and bit fields in Ruby's way
#! ids = 0b1011, 0
$a = id[0] + id[1] * 10 + id[2] * 100 + id[3] * 1000   #=> 1011, 0
$b = id.anybits?(4)                                    #=> False
$c = id.allbits?(3)                                    #=> True, False
$d = id.nobits?(4)                                     #=> True
$e = (id & ~1)                                         #=> 10, 0

#: bits by a start and a length
$f = id[1, 2]                                          # error: *

#: struct fields that are atomic or not in locals
#! ids = 3
class C
  attr :n, :u16
  attr :f, :bool
  attr :s, :i8
end
raw_tracepoint "sys_enter" do |regs, id|
  c = C.new(n: 65_530, f: id == 3, s: -100)
  c.n += id
  $a = c.n                                             #=> 65533
  c.s -= 20
  $b = c.s                                             #=> -120
  c.f = !c.f
  $c = c.f                                             #=> False
  c.f ||= true
  $d = c.f                                             #=> True
  $e = c.f && c.n > 3                                  #=> True
end

#: a comparison that cannot be
$a = id == "x"                                         # error: never

#: a map used as a value
M = hash(:u32 => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  x = M                                                # error: M
end

#: an assignment in a condition meant as comparison
x = 1
if x = 2                                               # error: *
  $a = 1
end

#: a struct used before new
class P
  attr :a, :u32
end
raw_tracepoint "sys_enter" do |regs, id|
  P.a = 3                                              # error: *
end

#: Time.now
$a = Time.now                                          # error: nsecs

#: rand
$a = rand(5)                                           # error: random

#: sleep in a probe
sleep 1                                                # error: sleep

#: gets in a probe
x = gets                                               # error: gets

#: a rational and a complex
$a = 3r                                                # error: *

#: a heredoc, regexp and symbols to proc
$a = [1, 2].map(&:succ).sum                            #=> 5

#: a regexp
$a = comm =~ /x/                                       # error: *

#: global variables of Ruby
$a = $0                                                # error: *

#: instance variables
@a = 1                                                 # error: @a

#: class variables
@@a = 1                                                # error: *

#: defined?
$a = defined?(id) ? 1 : 0                              # error: field?

#: a module
module X
  Y = 1
end
raw_tracepoint "sys_enter" do |regs, id|
  $a = X::Y                                            # error: X::Y
end

#: alias and undef
alias old nsecs
raw_tracepoint "sys_enter" do |regs, id|
  $a = old                                             # error: old
end

#: BEGIN, __method__, catch and throw
catch(:x) { throw :x }                                 # error: catch

#: in-patterns
case id                                                # error: when
in 1 then $a = 1
else $a = 2
end

#: a proc
f = proc { 1 }                                         # error: method

#: binding of a method object
$a = method(:puts)                                     # error: method

#: a range with a step and a float
(1..2).step(0.5) { |x| $a = 1 }                        # error: float

#: what each gives
x = [1, 2, 3].each { |q| break 7 if q == 2 }           # error: find
$a = x == 7

#: a long loop with more than one way through a turn
#! ids = 1, 6, 0
n = 0
1500.times { |i| n += i if i & id != 0 }
$a = n                                                 #=> 562500, 842814, 0

#: divmod by what a block gives that takes two at once
#! ids = 17, 40
def given(n)
  yield n
end
raw_tracepoint "sys_enter" do |regs, id|
  q, r = id.divmod(given(3) { |n| a, b = n, 2; a + b })
  $a = q                                               #=> 3, 8
  $b = r                                               #=> 2, 0
end
