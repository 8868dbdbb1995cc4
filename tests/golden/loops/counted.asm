xdp:  ; 31 instructions, 8 bytes of stack
; 6: x = $n
     0:  r1 = map_value(0x0, 0x0) ll ; @global n
     2:  r3 = *(u64 *)(r1 + 0x0)
; 8: while x > 1
     3:  r1 = 0x0
     4:  r2 = 0x0
     5:  r3 ^= 0x2c6e91b5
     6:  *(u64 *)(r10 - 0x8) = r3
     7:  *(u32 *)(r10 - 0x8) = w3
     8:  r3 = *(u64 *)(r10 - 0x8)
     9:  r3 ^= 0x2c6e91b5
    10:  if r1 s>= 0x808 goto +0xe
    11:  r1 += 0x1
    12:  if r3 <= 0x1 goto +0x7
; 9: x = x.even? ? x / 2 : 3 * x + 1
    13:  if r3 & 0x1 goto +0x2
    14:  r3 >>= 0x1
    15:  goto +0x2
    16:  r3 *= 0x3
    17:  r3 += 0x1
; 10: steps += 1
    18:  r2 += 0x1
; 8: while x > 1
    19:  goto -0xf
; 12: $steps = steps
    20:  r1 = map_value(0x0, 0x0) ll ; @global steps
    22:  *(u64 *)(r1 + 0x0) = r2
; 13: :drop
    23:  r0 = 0x1
    24:  exit
; 8: while x > 1
    25:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_8
    27:  r1 = 0x1
    28:  lock *(u64 *)(r2 + 0x0) += r1
    29:  r0 = 0x2
    30:  exit
