tc_ingress:  ; 51 instructions, 8 bytes of stack
     0:  r6 = r1
; 3: tc_ingress do |pkt|
     1:  w5 = *(u32 *)(r6 + 0x4c)
     2:  w0 = *(u32 *)(r6 + 0x50)
     3:  w1 = *(u32 *)(r6 + 0x0)
     4:  r2 = 0x40
     5:  if r1 >= 0x40 goto +0x1
     6:  r2 = r1
     7:  r1 = r5
     8:  r1 += r2
     9:  if r1 <= r0 goto +0x4
    10:  r1 = r6
    11:  call 0x27
    12:  w5 = *(u32 *)(r6 + 0x4c)
    13:  w0 = *(u32 *)(r6 + 0x50)
; 4: n = pkt.len.clamp(0, 64)
    14:  w1 = *(u32 *)(r6 + 0x0)
    15:  r4 = 0x40
; 5: n.times { |i| pkt.set_u8(i, 0) }
    16:  r3 = 0x0
; 4: n = pkt.len.clamp(0, 64)
    17:  if r1 >= 0x40 goto +0x4
    18:  if r1 > 0x0 goto +0x2
    19:  r4 = 0x0
    20:  goto +0x1
    21:  r4 = r1
; 5: n.times { |i| pkt.set_u8(i, 0) }
    22:  if r3 s>= 0x41 goto +0x1a
    23:  r1 = r4
    24:  r1 ^= 0x2c6e91b5
    25:  *(u64 *)(r10 - 0x8) = r1
    26:  *(u32 *)(r10 - 0x8) = w1
    27:  r1 = *(u64 *)(r10 - 0x8)
    28:  r1 ^= 0x2c6e91b5
    29:  if r3 >= r1 goto +0x11
    30:  if r3 > 0xfffd goto +0xd
    31:  r1 = r3
    32:  r1 ^= 0x2c6e91b5
    33:  *(u64 *)(r10 - 0x8) = r1
    34:  *(u32 *)(r10 - 0x8) = w1
    35:  r2 = *(u64 *)(r10 - 0x8)
    36:  r2 ^= 0x2c6e91b5
    37:  r2 &= 0x7f
    38:  r2 += r5
    39:  r1 = r2
    40:  r1 += 0x1
    41:  if r1 <= r0 goto +0x1
    42:  goto +0x1
    43:  *(u8 *)(r2 + 0x0) = 0x0
    44:  r3 += 0x1
    45:  if r3 s< 0x41 goto -0x17
    46:  goto +0x2
; 6: :ok
    47:  r0 = 0x0
    48:  exit
; 5: n.times { |i| pkt.set_u8(i, 0) }
    49:  r0 = -0x1
    50:  exit
