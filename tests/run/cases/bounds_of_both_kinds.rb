# The clamped and the greatest number do not wrap before the last comparison.
# hook: raw
# fields: a=u64 b=i64 c=u8
# reads: bounds_of_both_kinds_r0 bounds_of_both_kinds_r1 bounds_of_both_kinds_r2 bounds_of_both_kinds_r3 bounds_of_both_kinds_r4 bounds_of_both_kinds_r5 bounds_of_both_kinds_r6
# run: a=18446744073709551614 b=18446744073709551613 c=7
# run: a=9223372036854775808 b=5 c=0
# run: a=0 b=9223372036854775808 c=255
# run: a=9 b=9223372036854775807 c=1
# program: bounds_of_both_kinds
$bounds_of_both_kinds_r0 = 0
$bounds_of_both_kinds_r1 = 0
$bounds_of_both_kinds_r2 = 0
$bounds_of_both_kinds_r3 = 0
$bounds_of_both_kinds_r4 = 0
$bounds_of_both_kinds_r5 = 0
$bounds_of_both_kinds_r6 = 0
class CBOUNDS_OF_BOTH_KINDS
  attr :a, :u64
  attr :b, :i64
  attr :c, :u8
end
section! "raw_tp/bounds_of_both_kinds"
def bounds_of_both_kinds(ctx)
  $bounds_of_both_kinds_r0 = ctx.a.clamp(-29991, 5)
  $bounds_of_both_kinds_r1 = [ctx.a, ctx.b, ctx.c].max
  $bounds_of_both_kinds_r2 = [ctx.b, ctx.a, ctx.c].max
  $bounds_of_both_kinds_r3 = [ctx.a, ctx.b, ctx.c].min
  $bounds_of_both_kinds_r4 = [ctx.c, ctx.b, ctx.a].max
  $bounds_of_both_kinds_r5 = ctx.a.bit_length
  $bounds_of_both_kinds_r6 = ctx.b.bit_length
end
__END__
define_method(:prog) do
  $bounds_of_both_kinds_r0 = S(ctx.a.clamp(K(-29991), K(5)))
  $bounds_of_both_kinds_r1 = S(S([ctx.a, ctx.b, ctx.c].max))
  $bounds_of_both_kinds_r2 = S(S([ctx.b, ctx.a, ctx.c].max))
  $bounds_of_both_kinds_r3 = S(S([ctx.a, ctx.b, ctx.c].min))
  $bounds_of_both_kinds_r4 = S(S([ctx.c, ctx.b, ctx.a].max))
  $bounds_of_both_kinds_r5 = U(ctx.a.bit_length)
  $bounds_of_both_kinds_r6 = U(ctx.b.bit_length)
end
# reset
$bounds_of_both_kinds_r0 = K(0)
$bounds_of_both_kinds_r1 = K(0)
$bounds_of_both_kinds_r2 = K(0)
$bounds_of_both_kinds_r3 = K(0)
$bounds_of_both_kinds_r4 = K(0)
$bounds_of_both_kinds_r5 = K(0)
$bounds_of_both_kinds_r6 = K(0)
