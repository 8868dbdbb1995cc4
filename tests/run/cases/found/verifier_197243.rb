# Found with seed 197243: verifier.
# hook: raw
# fields: f0=i16 f1=i8 f2=i64 f3=u8 f4=u64 f5=u32 f6=i32 f7=u16
# reads: p197243_u0 p197243_s0 p197243_u1 p197243_s1 p197243_u2 p197243_s2 p197243_b0 p197243_c1 p197243_l0
# run: f0=2 f1=3 f2=18446744069545201697 f3=531959596 f4=655956858 f5=256 f6=18446744073709551608 f7=1 p197243_in_u0=2147483647 p197243_in_s1=63
# run: f0=6 f1=18446744073709486080 f2=23 f3=17380 f4=18446744073709551360 f5=65536 f6=2147483648 f7=4294967296 p197243_in_u0=606066706 p197243_in_s1=3
# run: f0=18446744073201415271 f1=18446744073709515767 f2=16220 f3=3751322672 f4=7 f5=127 f6=32767 f7=1329416543 p197243_in_u0=52 p197243_in_s1=3839
# run: f0=4294967296 f1=18446744073709551563 f2=2 f3=32767 f4=32767 f5=18446744073709551610 f6=7 f7=2 p197243_in_u0=3485780994 p197243_in_s1=18446744071562067969
# objects: p197243_c1 p197243_l0
# prints: yes
# program: p197243
P197243_K0 = 18446744073709551615
P197243_K1 = -326
P197243_A0 = [19, 77, 48, 11]
P197243_A1 = [7, -2, 40, 39]
class P197243S0
  attr :a0, :i16
  attr :few, [:u64, 2]

  def p197243_s00()
    self.a0 = a0 | a0
    a0 - a0 - a0
  end

  def p197243_s01(arg1: 8)
    a0 ^ arg1 | a0
  end
end
class P197243S1
  attr :n1, :u64
  attr :list, [:i8, 4]
  attr :ins, [P197243S0, 2]
  attr :inner, P197243S0

  def p197243_s10()
    self.n1 += (list[3] - list[3]) * list[3]
    n1
  end
end
$p197243_in_u0 = 1
$p197243_in_s1 = -2
$p197243_u0 = 0
$p197243_s0 = -1
$p197243_u1 = 255
$p197243_s1 = -2
$p197243_u2 = 0
$p197243_s2 = -2147483648
$p197243_b0 = true
$p197243_c1 = Array.new(3) { P197243S1.new(n1: 18277461731513851701) }
$p197243_l0 = [-20] * 1
def p197243_m0(a2: $p197243_l0[0] & 3813687336, a3: a2.modulo($p197243_in_s1), a4: "a text of 20 letters")
  o5 = P197243S1.new(n1: comm.size)
  a3 ^= o5.ins[1].p197243_s01()
  o5.inner.p197243_s00()
  $p197243_b0 = (-256...9223372036854775807).include?(P197243_K0.succ) unless P197243_A0.include?(a2)
  (a2 >= $p197243_in_s1 ? a3 : a2) | 0 + 7
end
class CP197243
  attr :f0, :i16
  attr :f1, :i8
  attr :f2, :i64
  attr :f3, :u8
  attr :f4, :u64
  attr :f5, :u32
  attr :f6, :i32
  attr :f7, :u16
end
section! "raw_tp/p197243"
def p197243(ctx)
  $p197243_s1 ^= ctx.f3 << (ctx.f2 & 7) | (ctx.f6)
  w6 = 0
  begin
    w6 += 1
    puts ctx.f7 != ctx.f3
    $p197243_l0[(if ctx.f3 != ctx.f3 then 1716 else ctx.f0 end) & 0] &= w6 > ctx.f4 ? ctx.f6 : $p197243_in_u0
    v7 = ctx.f0
  end until w6 >= 4
  x8 = $p197243_c1[1].inner.a0 & 32768 & 63
  x9 = (w6 <=> ctx.f2).bit_length & 63
  until x9.zero?
    x8, x9 = x9, x8 % x9
    $p197243_c1[0].ins[1].few[1] = 5
  end
  $p197243_s0 = [[ctx.f3 / -5, $p197243_c1[2].inner.p197243_s01(arg1: ctx.f5)].min, $p197243_c1[0].list[[ctx.f4, w6, 1].min & 3]].min
  if ctx.f0 <= $p197243_in_u0
    ($p197243_c1[1].ins[0].p197243_s01(arg1: $p197243_u1) & 3).times do |i10|
      if ctx.f3.eql?($p197243_c1[0].inner.few[$p197243_c1[0].inner.few[$p197243_c1[2].ins[0].few[ctx.f5 & 1] % 2] & 1])
        o11 = P197243S0.new(a0: x8 << x8)
        $p197243_c1[1].inner = P197243S0.new()
      else
        v12, v13, v14 = P197243_A0
      end
    end
    $p197243_c1[0].p197243_s10()
    $p197243_c1[2].inner.a0 = 5
  end
  $p197243_s0 = w6
  $p197243_s1 = x8
  $p197243_s2 = x9
  w6[(begin; ctx.f5; end)]
end
__END__
P197243_K0 = K(18446744073709551615)
P197243_K1 = K(-326)
P197243_A0 = [K(19), K(77), K(48), K(11)]
P197243_A1 = [K(7), K(-2), K(40), K(39)]
class P197243S0
  attr :a0, :i16
  attr :few, [:u64, 2]

  def p197243_s00()
    self.a0 = (a0 | a0)
    ((a0 - a0) - a0)
  end

  def p197243_s01(arg1: K(8))
    arg1 = U(arg1)
    ((a0 ^ arg1) | a0)
  end
end
class P197243S1
  attr :n1, :u64
  attr :list, [:i8, 4]
  attr :ins, [P197243S0, 2]
  attr :inner, P197243S0

  def p197243_s10()
    self.n1 += ((list[K(3)] - list[K(3)]) * list[K(3)])
    n1
  end
end
def p197243_m0(a2: (S($p197243_l0[K(0)]) & K(3813687336)), a3: a2.modulo($p197243_in_s1), a4: "a text of 20 letters")
  a2 = U(a2)
  a3 = S(a3)
  o5 = P197243S1.new(n1: K(comm.size))
  a3 = S((a3 ^ o5.ins[K(1)].p197243_s01()))
  o5.inner.p197243_s00()
  $p197243_b0 = (K(-256)...K(9223372036854775807)).include?(U(P197243_K0).succ) unless P197243_A0.include?(a2)
  (S((a2 >= $p197243_in_s1) ? a3 : a2) | (K(0) + K(7)))
end
define_method(:prog) do
  $p197243_s1 = S(($p197243_s1 ^ ((ctx.f3 << (ctx.f2 & K(7))) | S((ctx.f6)))))
  w6 = K(0)
  begin
    w6 += K(1)
    puts((ctx.f7 != ctx.f3))
    $p197243_l0[(S((if (ctx.f3 != ctx.f3) then K(1716) else ctx.f0 end)) & K(0))] &= S((w6 > ctx.f4) ? ctx.f6 : $p197243_in_u0)
    v7 = S(ctx.f0)
  end until w6 >= K(4)
  x8 = U((($p197243_c1[K(1)].inner.a0 & K(32768)) & K(63)))
  x9 = U(((w6 <=> ctx.f2).bit_length & K(63)))
  until x9.zero?
    x8, x9 = U(x9), U((x8 % x9))
    $p197243_c1[K(0)].ins[K(1)].few[K(1)] = K(5)
  end
  $p197243_s0 = S(S([S([(ctx.f3 / K(-5)), $p197243_c1[K(2)].inner.p197243_s01(arg1: ctx.f5)].min), $p197243_c1[K(0)].list[(U([ctx.f4, w6, K(1)].min) & K(3))]].min))
  if (ctx.f0 <= $p197243_in_u0)
    ($p197243_c1[K(1)].ins[K(0)].p197243_s01(arg1: $p197243_u1) & K(3)).times do |i10|
      i10 = U(i10)
      if ctx.f3.eql?($p197243_c1[K(0)].inner.few[($p197243_c1[K(0)].inner.few[($p197243_c1[K(2)].ins[K(0)].few[(ctx.f5 & K(1))] % K(2))] & K(1))])
        o11 = P197243S0.new(a0: (x8 << x8))
        $p197243_c1[K(1)].inner = P197243S0.new()
      else
        v12, v13, v14 = P197243_A0
        v12 = U(v12)
        v13 = U(v13)
        v14 = U(v14)
      end
    end
    $p197243_c1[K(0)].p197243_s10()
    $p197243_c1[K(2)].inner.a0 = K(5)
  end
  $p197243_s0 = S(w6)
  $p197243_s1 = S(x8)
  $p197243_s2 = S(x9)
  w6[U((begin; ctx.f5; end))]
end
# reset
$p197243_in_u0 = K(1)
$p197243_in_s1 = K(-2)
$p197243_u0 = K(0)
$p197243_s0 = K(-1)
$p197243_u1 = K(255)
$p197243_s1 = K(-2)
$p197243_u2 = K(0)
$p197243_s2 = K(-2147483648)
$p197243_b0 = true
$p197243_c1 = Elements.new(P197243S1, Array.new(3) { P197243S1.new(n1: K(18277461731513851701)) })
$p197243_l0 = Elements.new(:i64, [K(-20)])
