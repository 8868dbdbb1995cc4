# runs: 1 2 3 5 8 13 0 -4
license "GPL"
class E
  attr :a, [:i32, 4]
end
LIST = [3, -1, 4, 1, 5]
$a = 0
$b = 0
$c = 0
$d = 0
$e = 0
$f = 0
$g = 0
$h = 0
$i = 0
$j = 0
$k = 0
$l = 0
$m = 0
$n = 0
$o = 0
$p = 0
$q = 0
raw_tracepoint "sys_enter" do |regs, id|
  n = id & 7
  $a = LIST.map { |x| x * n }.max || 99
  $b = LIST.map { |x| x * n }.min || 99
  $c = LIST.select { |x| x > n }.max || 99
  $d = LIST.select { |x| x > n }.last || 99
  $e = LIST.select { |x| x > n }.first || 99
  $f = LIST.map { |x| x * n }.first || 99
  $g = LIST.map { |x| x * n }.last || 99
  $h = LIST.map { |x| x + n }.index(5) || 99
  $i = LIST.map { |x| x + n }.index { |x| x.even? } || 99
  $j = LIST.map { |x| x + n }.find { |x| x > 7 } || 99
  $k = LIST.reject(&:even?).map { |x| x - n }.find { |x| break 50 if x == 2; x < 0 } || 99
  $l = LIST.select { |x| x > n }.index(5) || 99
  $m = (1..5).map { |x| x * n % 7 }.max || 99
  e = E.new
  4.times { |i| e.a[i] = i * n - 3 }
  $n = e.a.map { |x| x * 2 }.sum + (e.a.map { |x| x * 2 }.max || 0)
  $o = e.a.select { |x| x > 0 }.count
  $o += e.a.select { |x| x > 0 }.map { |x| x * x }.sum * 10
  (1..10).step(3) { |i| $o += i * n }
  (1...10).step(3) { |i| $o += i * n }
  x, y, z = n, 2
  $p = z.nil? ? x + y : 0
  x, y = n, 3, n += 1
  $p += x * 10 + y * 100 + n * 1000
  x, = LIST
  $q = x
end
