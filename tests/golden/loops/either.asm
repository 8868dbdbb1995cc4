xdp:  ; 75 instructions, 16 bytes of stack
; 6: x = $n
     0:  r1 = map_value(0x0, 0x0) ll ; @global n
     2:  r8 = *(u64 *)(r1 + 0x0)
; 8: while x > 1
     3:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
     5:  if r1 != 0x0 goto +0x3
     6:  r7 = 0x0
     7:  r6 = 0x0
     8:  goto +0xf
     9:  r1 = r10
    10:  r1 += -0x10
    11:  r2 = 0x0
    12:  r3 = 0x800000
    13:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
    14:  r8 ^= 0x2c6e91b5
    15:  *(u64 *)(r10 - 0x8) = r8
    16:  *(u32 *)(r10 - 0x8) = w8
    17:  r8 = *(u64 *)(r10 - 0x8)
    18:  r8 ^= 0x2c6e91b5
    19:  *(u64 *)(r10 - 0x8) = 0x2c6e91b5
    20:  *(u32 *)(r10 - 0x8) = 0x2c6e91b5
    21:  r6 = *(u64 *)(r10 - 0x8)
    22:  r6 ^= 0x2c6e91b5
    23:  r7 = 0x0
    24:  r8 ^= 0x2c6e91b5
    25:  *(u64 *)(r10 - 0x8) = r8
    26:  *(u32 *)(r10 - 0x8) = w8
    27:  r8 = *(u64 *)(r10 - 0x8)
    28:  r8 ^= 0x2c6e91b5
    29:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
    31:  if r1 != 0x0 goto +0x2
    32:  if r7 s< 0x808 goto +0xa
    33:  goto +0x1d
    34:  r1 = r10
    35:  r1 += -0x10
    36:  r5 = 0x0
    37:  r4 = 0x0
    38:  r3 = 0x0
    39:  r2 = 0x0
    40:  r0 = 0x0
    41:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    42:  if r0 == 0x0 goto +0x14
    43:  r7 += 0x1
    44:  if r8 <= 0x1 goto +0x7
; 9: x = x.even? ? x / 2 : 3 * x + 1
    45:  if r8 & 0x1 goto +0x2
    46:  r8 >>= 0x1
    47:  goto +0x2
    48:  r8 *= 0x3
    49:  r8 += 0x1
; 10: steps += 1
    50:  r6 += 0x1
; 8: while x > 1
    51:  goto -0x1c
    52:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
    54:  if r1 == 0x0 goto +0x3
    55:  r1 = r10
    56:  r1 += -0x10
    57:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 12: $steps = steps
    58:  r1 = map_value(0x0, 0x0) ll ; @global steps
    60:  *(u64 *)(r1 + 0x0) = r6
; 13: :drop
    61:  r0 = 0x1
    62:  exit
; 8: while x > 1
    63:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
    65:  if r1 == 0x0 goto +0x3
    66:  r1 = r10
    67:  r1 += -0x10
    68:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
    69:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_8
    71:  r1 = 0x1
    72:  lock *(u64 *)(r2 + 0x0) += r1
    73:  r0 = 0x2
    74:  exit
