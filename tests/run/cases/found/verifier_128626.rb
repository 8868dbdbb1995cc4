# Found with seed 128626: verifier.
# hook: socket
# fields: 
# reads: p128626_u0 p128626_s0 p128626_u1 p128626_s1 p128626_u2 p128626_s2 p128626_b0 p128626_t0 p128626_c0
# run: p128626_in_u0=18446744069414584321 p128626_in_s1=256 p128626_in_u2=2 p128626_in_s3=64 p128626_in_u4=8 p128626_in_s5=18446744073709551615
# texts: p128626_t0
# objects: p128626_c0
# program: p128626
P128626_K0 = 3
P128626_K1 = -501
P128626_A0 = [33, 50, 26, 81]
P128626_A1 = [12, 8]
class P128626S0
  attr :a0, :i32
  attr :a1, :i16

  def p128626_s00(arg1 = -2)
    -1
  end
end
class P128626S1
  attr :ok, :bool
  attr :name, [:char, 16]
  attr :n2, :u64
end
$p128626_in_u0 = 1
$p128626_in_s1 = -2
$p128626_in_u2 = 3
$p128626_in_s3 = -4
$p128626_in_u4 = 5
$p128626_in_s5 = -6
$p128626_u0 = 3
$p128626_s0 = -2147483648
$p128626_u1 = 0
$p128626_s1 = -1
$p128626_u2 = 0
$p128626_s2 = -9223372036854775808
$p128626_b0 = false
$p128626_t0 = "a"
$p128626_c0 = Array.new(2) { P128626S0.new(a1: 13296) }
def p128626_m0()
  v2 = $p128626_in_s1
end
def p128626_m1(a5, a6)
  nil
end
socket_filter name: :p128626 do |ctx|
  x11 = 1
  v14 = loop do
    break 0 if x11 == 0
    x11 >>= 13
    o12 = P128626S1.new(n2: -1, name: "ru")
    break 0 if $p128626_b0
  end
  $p128626_c0[x11.remainder(4) & 1].a0 &= $p128626_in_u0
  0
end
__END__
P128626_K0 = K(3)
P128626_K1 = K(-501)
P128626_A0 = [K(33), K(50), K(26), K(81)]
P128626_A1 = [K(12), K(8)]
class P128626S0
  attr :a0, :i32
  attr :a1, :i16

  def p128626_s00(arg1 = K(-2))
    arg1 = S(arg1)
    K(-1)
  end
end
class P128626S1
  attr :ok, :bool
  attr :name, [:char, 16]
  attr :n2, :u64
end
def p128626_m0()
  v2 = S($p128626_in_s1)
end
def p128626_m1(a5, a6)
  nil
end
define_method(:prog) do
  x11 = U(K(1))
  v14 = loop do
    break K(0) if x11 == K(0)
    x11 = U((x11 >> K(13)))
    o12 = P128626S1.new(n2: K(-1), name: "ru")
    break K(0) if $p128626_b0
  end
  v14 = U(v14)
  $p128626_c0[(x11.remainder(K(4)) & K(1))].a0 &= $p128626_in_u0
  K(0)
end
# reset
$p128626_in_u0 = K(1)
$p128626_in_s1 = K(-2)
$p128626_in_u2 = K(3)
$p128626_in_s3 = K(-4)
$p128626_in_u4 = K(5)
$p128626_in_s5 = K(-6)
$p128626_u0 = K(3)
$p128626_s0 = K(-2147483648)
$p128626_u1 = K(0)
$p128626_s1 = K(-1)
$p128626_u2 = K(0)
$p128626_s2 = K(-9223372036854775808)
$p128626_b0 = false
$p128626_t0 = "a"
$p128626_c0 = Elements.new(P128626S0, Array.new(2) { P128626S0.new(a1: K(13296)) })
