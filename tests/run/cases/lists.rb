# Arrays whose elements are no constant Integers: all are there before the first turn.
# hook: raw
# fields: c=u8 d=i64
# reads: lists_r0 lists_r1 lists_r2 lists_r3 lists_r4 lists_r5 lists_r6 lists_r7 lists_t0 lists_t1 lists_t2
# texts: lists_t0 lists_t1 lists_t2
# run: c=0 d=5
# run: c=2 d=18446744073709551615
# run: c=3 d=18446744073709551613
# run: c=200 d=18446744073709551612
# program: lists
$lists_r0 = 0
$lists_r1 = 0
$lists_r2 = 0
$lists_r3 = 0
$lists_r4 = 0
$lists_r5 = 0
$lists_r6 = 0
$lists_r7 = 0
$lists_t0 = ""
$lists_t1 = ""
$lists_t2 = ""
NAMES_LISTS = %w[none open closing]
class CLISTS
  attr :c, :u8
  attr :d, :i64
end
section! "raw_tp/lists"
def lists(ctx)
  c = ctx.c
  n = 1
  [c, n + 1, n].each { |v| n = n * 10 + v }
  $lists_r0 = n
  $lists_r1 = [ctx.d, c, 3].sum
  $lists_r2 = [c, ctx.d].map { |v| v * 2 }.max || 0
  $lists_r3 = [c, 3, 4].index(3) || 9
  for x in [c > 1, true] do $lists_r4 = $lists_r3 + 1 if x end
  NAMES_LISTS.each_with_index { |s, i| $lists_r5 += i * s.size }
  $lists_t0 = NAMES_LISTS[c] || "?"
  $lists_t1 = NAMES_LISTS[ctx.d] || "?"
  $lists_t2 = NAMES_LISTS[c & 1]
  $lists_r6 = 1 if NAMES_LISTS.any? { |s| s == NAMES_LISTS[c] }
  $lists_r7 = [c, 1].count { |v| v == 1 } + (NAMES_LISTS.index("open") || 9)
end
__END__
NAMES = %w[none open closing]
define_method(:prog) do
  c, d = ctx.c, ctx.d
  n = K(1)
  [S(c), S(n + K(1)), S(n)].each { |v| n = n * K(10) + v }
  $lists_r0 = n
  $lists_r1 = d + c + K(3)
  a, b = S(c * K(2)), d * K(2)
  $lists_r2 = a > b ? a : b
  $lists_r3 = c == K(3) ? K(0) : K(1)
  $lists_r4 = $lists_r3 + K(1)
  $lists_r5 = K(4 + 2 * 7)
  $lists_t0 = NAMES[c.plain] || "?"
  $lists_t1 = NAMES[d.plain] || "?"
  $lists_t2 = NAMES[c.plain & 1]
  $lists_r6 = K(1) if c.plain < 3
  $lists_r7 = K(c == K(1) ? 3 : 2)
end
# reset
$lists_r0 = K(0)
$lists_r1 = K(0)
$lists_r2 = K(0)
$lists_r3 = K(0)
$lists_r4 = K(0)
$lists_r5 = K(0)
$lists_r6 = K(0)
$lists_r7 = K(0)
$lists_t0 = ""
$lists_t1 = ""
$lists_t2 = ""
