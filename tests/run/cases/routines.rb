# Divisors and powers, which are functions of their own in the object.
# hook: raw
# fields: a=u64 b=i64 c=u8
# reads: routines_r0 routines_r1 routines_r2 routines_r3 routines_r4
# run: a=18446744073709551614 b=18446744073709551613 c=7
# run: a=9223372036854775808 b=5 c=0
# run: a=0 b=9223372036854775808 c=255
# run: a=9 b=9223372036854775807 c=1
# program: routines
$routines_r0 = 0
$routines_r1 = 0
$routines_r2 = 0
$routines_r3 = 0
$routines_r4 = 0
class CROUTINES
  attr :a, :u64
  attr :b, :i64
  attr :c, :u8
end
section! "raw_tp/routines"
def routines(ctx)
  $routines_r0 = ctx.a.gcd(ctx.b)
  $routines_r1 = ctx.b.lcm(ctx.a)
  $routines_r2 = ctx.b ** ctx.c
  $routines_r3 = ctx.a.pow(ctx.c)
  $routines_r4 = (-6).gcd(ctx.b)
end
__END__
define_method(:prog) do
  $routines_r0 = S(ctx.a.gcd(ctx.b))
  $routines_r1 = S(ctx.b.lcm(ctx.a))
  $routines_r2 = S((ctx.b ** ctx.c))
  $routines_r3 = U(ctx.a.pow(ctx.c))
  $routines_r4 = S(K(-6).gcd(ctx.b))
end
# reset
$routines_r0 = K(0)
$routines_r1 = K(0)
$routines_r2 = K(0)
$routines_r3 = K(0)
$routines_r4 = K(0)
