# Found with seed 113818: differ.
# hook: raw
# fields: f0=i64 f1=i16 f2=u16 f3=u32 f4=i8 f5=i32 f6=u64 f7=u8
# reads: p113818_u0 p113818_s0 p113818_u1 p113818_s1 p113818_u2 p113818_s2 p113818_b0 p113818_l1
# run: f0=7 f1=4 f2=63 f3=18446744073709551360 f4=9223372036854775807 f5=4294967296 f6=4 f7=18446744073709518848 p113818_in_u0=4294967295 p113818_in_s1=18446744073709551609
# maps: P113818_R
# objects: p113818_l1
# program: p113818
P113818_K0 = 18446744073709551615
P113818_K1 = -844
P113818_A0 = [255, 55, 63, 74]
P113818_A1 = [98]
class P113818S0
  attr :a0, :i8
end
class P113818S1
  attr :ins, [P113818S0, 2]
  attr :ok, :bool
  attr :inner, P113818S0
end
P113818_R = ringbuf P113818S1
$p113818_in_u0 = 1
$p113818_in_s1 = -2
$p113818_u0 = 0
$p113818_s0 = -1
$p113818_u1 = 0
$p113818_s1 = -2
$p113818_u2 = 0
$p113818_s2 = -2
$p113818_b0 = true
$p113818_l1 = [3, 3, -60]
class CP113818
  attr :f0, :i64
  attr :f1, :i16
  attr :f2, :u16
  attr :f3, :u32
  attr :f4, :i8
  attr :f5, :i32
  attr :f6, :u64
  attr :f7, :u8
end
section! "raw_tp/p113818"
def p113818(ctx)
  $p113818_l1.reverse_each do |i2|
    $p113818_l1[0] = $p113818_in_s1
    P113818_R << P113818S1.new(inner: P113818S0.new(a0: i2))
  end
end
__END__
P113818_K0 = K(18446744073709551615)
P113818_K1 = K(-844)
P113818_A0 = [K(255), K(55), K(63), K(74)]
P113818_A1 = [K(98)]
class P113818S0
  attr :a0, :i8
end
class P113818S1
  attr :ins, [P113818S0, 2]
  attr :ok, :bool
  attr :inner, P113818S0
end
P113818_R = ringbuf P113818S1
define_method(:prog) do
  $p113818_l1.reverse_each do |i2|
    i2 = S(i2)
    $p113818_l1[K(0)] = $p113818_in_s1
    P113818_R << P113818S1.new(inner: P113818S0.new(a0: i2))
  end
end
# reset
$p113818_in_u0 = K(1)
$p113818_in_s1 = K(-2)
$p113818_u0 = K(0)
$p113818_s0 = K(-1)
$p113818_u1 = K(0)
$p113818_s1 = K(-2)
$p113818_u2 = K(0)
$p113818_s2 = K(-2)
$p113818_b0 = true
$p113818_l1 = Elements.new(:i64, [K(3), K(3), K(-60)])
