# Found with seed 103161: differ.
# hook: raw
# fields: f0=i16 f1=i64 f2=i8 f3=i32 f4=u8 f5=u64 f6=u16 f7=u32
# reads: p103161_u0 p103161_s0 p103161_u1 p103161_s1 p103161_u2 p103161_s2 p103161_b0 p103161_t0
# run: f0=64 f1=18446744073709551553 f2=65535 f3=2147483647 f4=32767 f5=4 f6=18446744073709551608 f7=4294967296 p103161_in_u0=12867325879908115049 p103161_in_s1=18446744073709551615
# texts: p103161_t0
# maps: P103161_G0
# program: p103161
P103161_K0 = 256
P103161_K1 = -105
P103161_A0 = [72, 35, 76, 62]
P103161_A1 = [65, -16, 2147483647]
P103161_G0 = histogram(:linear, -10..90, 7)
$p103161_in_u0 = 1
$p103161_in_s1 = -2
$p103161_u0 = 0
$p103161_s0 = -2
$p103161_u1 = 4294967297
$p103161_s1 = -2147483648
$p103161_u2 = 8
$p103161_s2 = -2
$p103161_b0 = true
$p103161_t0 = "ru"
def p103161_y1(a9 = $p103161_in_u0, a10: 0, &given8)
  v11 = $p103161_in_s1
  v11 += given8.call(0, -1)
end
class CP103161
  attr :f0, :i16
  attr :f1, :i64
  attr :f2, :i8
  attr :f3, :i32
  attr :f4, :u8
  attr :f5, :u64
  attr :f6, :u16
  attr :f7, :u32
end
section! "raw_tp/p103161"
def p103161(ctx)
  v18 = $p103161_u2
  P103161_G0[(-v18).bit_length] << (false ? -1 : p103161_y1(ctx.f6, a10: ctx.f4) { |y20, y21| v18 = 0 })
end
__END__
P103161_K0 = K(256)
P103161_K1 = K(-105)
P103161_A0 = [K(72), K(35), K(76), K(62)]
P103161_A1 = [K(65), K(-16), K(2147483647)]
P103161_G0 = histogram(:linear, -10..90, 7).by_key
def p103161_y1(a9 = $p103161_in_u0, a10: K(0), &given8)
  a9 = U(a9)
  a10 = U(a10)
  v11 = S($p103161_in_s1)
  v11 = S((v11 + S(given8.call(K(0), K(-1)))))
end
define_method(:prog) do
  v18 = U($p103161_u2)
  P103161_G0[(-v18).bit_length] << S(false ? K(-1) : p103161_y1(ctx.f6, a10: ctx.f4) { |y20, y21| y20 = U(y20); y21 = S(y21); v18 = U(K(0)) })
end
# reset
$p103161_in_u0 = K(1)
$p103161_in_s1 = K(-2)
$p103161_u0 = K(0)
$p103161_s0 = K(-2)
$p103161_u1 = K(4294967297)
$p103161_s1 = K(-2147483648)
$p103161_u2 = K(8)
$p103161_s2 = K(-2)
$p103161_b0 = true
$p103161_t0 = "ru"
