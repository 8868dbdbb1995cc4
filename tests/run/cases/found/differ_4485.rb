# Found with seed 4485: differ.
# hook: socket
# fields: 
# reads: p4485_u0 p4485_s0 p4485_u1 p4485_s1 p4485_u2 p4485_s2 p4485_b0 p4485_t0
# run: p4485_in_u0=65 p4485_in_s1=18446744073709551615 p4485_in_u2=32767 p4485_in_s3=18446744073709551614 p4485_in_u4=361818022 p4485_in_s5=13820107121058966364
# texts: p4485_t0
# prints: yes
# program: p4485
P4485_K0 = 8
P4485_K1 = -267
P4485_A0 = [27, 21, 43, 71]
P4485_A1 = [24, -18, 62]
$p4485_in_u0 = 1
$p4485_in_s1 = -2
$p4485_in_u2 = 3
$p4485_in_s3 = -4
$p4485_in_u4 = 5
$p4485_in_s5 = -6
$p4485_u0 = 0
$p4485_s0 = -2
$p4485_u1 = 0
$p4485_s1 = -2
$p4485_u2 = 0
$p4485_s2 = -1
$p4485_b0 = false
$p4485_t0 = "fuzz"
socket_filter name: :p4485 do |ctx|
  v11 = comm
  print v11, "|#{(v11 = ""; $p4485_in_u4)}"
  0
end
__END__
P4485_K0 = K(8)
P4485_K1 = K(-267)
P4485_A0 = [K(27), K(21), K(43), K(71)]
P4485_A1 = [K(24), K(-18), K(62)]
define_method(:prog) do
  v11 = comm
  print v11, "|#{U((v11 = ""; $p4485_in_u4))}"
  K(0)
end
# reset
$p4485_in_u0 = K(1)
$p4485_in_s1 = K(-2)
$p4485_in_u2 = K(3)
$p4485_in_s3 = K(-4)
$p4485_in_u4 = K(5)
$p4485_in_s5 = K(-6)
$p4485_u0 = K(0)
$p4485_s0 = K(-2)
$p4485_u1 = K(0)
$p4485_s1 = K(-2)
$p4485_u2 = K(0)
$p4485_s2 = K(-1)
$p4485_b0 = false
$p4485_t0 = "fuzz"
