# The default of a map of signed values is signed, and so is what is joined with it.
# hook: raw
# fields: f0=u64
# reads: dk_s0 dk_u0
# run: f0=18446744073709503179 dk_in=18446744073709503179
# run: f0=7 dk_in=7
# maps: DK_H
# program: dk
DK_H = hash(size: 4, default: 0)
$dk_in = 1
$dk_s0 = -1
$dk_u0 = 0
class CDK
  attr :f0, :u64
end
section! "raw_tp/dk"
def dk(ctx)
  $dk_s0 = -1 % ($dk_in | DK_H[0])
  $dk_u0 = ctx.f0 >> 3
  DK_H[1] = -5
end
__END__
DK_H = hash(:u64 => :i64, size: 4, default: K(0))
define_method(:prog) do
  $dk_s0 = S(K(-1) % ($dk_in | DK_H[K(0)]))
  $dk_u0 = ctx.f0 >> K(3)
  DK_H[K(1)] = K(-5)
end
# reset
$dk_in = K(1)
$dk_s0 = K(-1)
$dk_u0 = K(0)
