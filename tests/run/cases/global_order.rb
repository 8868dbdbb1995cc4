# A $global is read before the method on its right changes it, as everything is from left to right.
# hook: raw
# fields: a=u64 b=i64
# reads: global_order_r0 global_order_r1 global_order_r2 global_order_r3 global_order_n
# run: a=2 b=5
# run: a=18446744073709551615 b=18446744073709551613
# program: global_order
$global_order_r0 = 0
$global_order_r1 = 0
$global_order_r2 = 0
$global_order_r3 = 0
$global_order_n = 0
def global_order_up
  $global_order_n += 4
  $global_order_n * 3
end
def global_order_other
  global_order_up
  1
end
class CGLOBAL_ORDER
  attr :a, :u64
  attr :b, :i64
end
section! "raw_tp/global_order"
def global_order(ctx)
  $global_order_n = ctx.b
  $global_order_r0 = $global_order_n - global_order_up
  $global_order_r1 = global_order_up - $global_order_n
  m = global_order_up
  $global_order_n += m
  $global_order_r2 += global_order_other
  $global_order_r3 = [$global_order_n, global_order_up].max
end
__END__
define_method(:prog) do
  $global_order_n = S(ctx.b)
  up = -> { $global_order_n = S($global_order_n + K(4)); S($global_order_n * K(3)) }
  $global_order_r0 = S($global_order_n - up.call)
  $global_order_r1 = S(up.call - $global_order_n)
  m = up.call
  $global_order_n = S($global_order_n + m)
  up.call
  $global_order_r2 = S($global_order_r2 + K(1))
  old = $global_order_n
  $global_order_r3 = S([old, up.call].max)
end
# reset
$global_order_r0 = K(0)
$global_order_r1 = K(0)
$global_order_r2 = K(0)
$global_order_r3 = K(0)
$global_order_n = K(0)
