# A constant condition leaves one arm; the kind is that of both, and what it cuts off may be nil.
# hook: raw
# fields: a=u64 b=i64 c=u8
# reads: constant_arms_r0 constant_arms_r1 constant_arms_r2 constant_arms_r3 constant_arms_r4 constant_arms_r5 constant_arms_r6 constant_arms_r7 constant_arms_r8 constant_arms_r9 constant_arms_r10 constant_arms_r11
# run: a=9223372036854775808 b=5 c=0
# run: a=7 b=18446744073709551615 c=255
# run: a=0 b=9223372036854775808 c=3
# program: constant_arms
$constant_arms_r0 = 0
$constant_arms_r1 = 0
$constant_arms_r2 = 0
$constant_arms_r3 = 0
$constant_arms_r4 = 0
$constant_arms_r5 = 0
$constant_arms_r6 = 0
$constant_arms_r7 = 0
$constant_arms_r8 = 0
$constant_arms_r9 = 0
$constant_arms_r10 = 0
$constant_arms_r11 = 0
NO_CONSTANT_ARMS = nil
OFF_CONSTANT_ARMS = false
MIXED_CONSTANT_ARMS = [2**63, 3 - 1, 9]
def constant_arms_plain(x)
  return -1 if OFF_CONSTANT_ARMS
  return if OFF_CONSTANT_ARMS
  x
end
class CCONSTANT_ARMS
  attr :a, :u64
  attr :b, :i64
  attr :c, :u8
end
section! "raw_tp/constant_arms"
def constant_arms(ctx)
  $constant_arms_r0 = 1 if (true ? 2**63 : -1) < 0
  $constant_arms_r1 = 1 if (false ? -1 : ctx.a) < 0
  $constant_arms_r2 = 1 if MIXED_CONSTANT_ARMS[0] < 0
  $constant_arms_r3 = 1 if (MIXED_CONSTANT_ARMS[ctx.c] || 1) < 0
  if NO_CONSTANT_ARMS.nil?
    $constant_arms_r4 = 2
  else
    $constant_arms_r4 = NO_CONSTANT_ARMS + 1
  end
  x = 5
  3.times do
    $constant_arms_r5 += x
    x = nil if OFF_CONSTANT_ARMS
  end
  if OFF_CONSTANT_ARMS
    y = MIXED_CONSTANT_ARMS[ctx.c]
    $constant_arms_r6 = y + 1 if y
    y = ctx.b
  else
    y = ctx.a
  end
  $constant_arms_r6 = 1 if y < 0
  $constant_arms_r7 = NO_CONSTANT_ARMS ? NO_CONSTANT_ARMS + 1 : 3
  $constant_arms_r8 = (NO_CONSTANT_ARMS || ctx.a) - 1
  z = MIXED_CONSTANT_ARMS[7]
  $constant_arms_r9 = z + 1 if z
  loop do
    $constant_arms_r10 += 1
    break if NO_CONSTANT_ARMS.nil?
    $constant_arms_r10 = NO_CONSTANT_ARMS.succ
  end
  $constant_arms_r11 = 1 if constant_arms_plain(ctx.a) < 0
end
__END__
NO = nil
OFF = false
def plain(x) = S(x)
define_method(:prog) do
  $constant_arms_r0 = K(1) if S(K(2**63)) < 0
  $constant_arms_r1 = K(1) if S(ctx.a) < 0
  $constant_arms_r2 = K(1) if S(K(2**63)) < 0
  $constant_arms_r3 = K(1) if S(element([S(K(2**63)), S(K(2)), S(K(9))], ctx.c) || K(1)) < 0
  $constant_arms_r4 = S(K(2))
  3.times { $constant_arms_r5 += K(5) }
  $constant_arms_r6 = K(1) if S(ctx.a) < 0
  $constant_arms_r7 = K(3)
  $constant_arms_r8 = S(ctx.a - K(1))
  $constant_arms_r10 = K(1)
  $constant_arms_r11 = K(1) if plain(ctx.a) < 0
end
# reset
$constant_arms_r0 = K(0)
$constant_arms_r1 = K(0)
$constant_arms_r2 = K(0)
$constant_arms_r3 = K(0)
$constant_arms_r4 = K(0)
$constant_arms_r5 = K(0)
$constant_arms_r6 = K(0)
$constant_arms_r7 = K(0)
$constant_arms_r8 = K(0)
$constant_arms_r9 = K(0)
$constant_arms_r10 = K(0)
$constant_arms_r11 = K(0)
