xdp:  ; 51 instructions, 16 bytes of stack
; 6: x = $n
     0:  r1 = map_value(0x0, 0x0) ll ; @global n
     2:  r6 = *(u64 *)(r1 + 0x0)
; 8: while x > 1
     3:  r1 = r10
     4:  r1 += -0x10
     5:  r2 = 0x0
     6:  r3 = 0x800000
     7:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
     8:  r6 ^= 0x2c6e91b5
     9:  *(u64 *)(r10 - 0x8) = r6
    10:  *(u32 *)(r10 - 0x8) = w6
    11:  r7 = *(u64 *)(r10 - 0x8)
    12:  r7 ^= 0x2c6e91b5
    13:  *(u64 *)(r10 - 0x8) = 0x2c6e91b5
    14:  *(u32 *)(r10 - 0x8) = 0x2c6e91b5
    15:  r6 = *(u64 *)(r10 - 0x8)
    16:  r6 ^= 0x2c6e91b5
    17:  r1 = r10
    18:  r1 += -0x10
    19:  r5 = 0x0
    20:  r4 = 0x0
    21:  r3 = 0x0
    22:  r2 = 0x0
    23:  r0 = 0x0
    24:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    25:  if r0 == 0x0 goto +0x10
    26:  if r7 <= 0x1 goto +0x7
; 9: x = x.even? ? x / 2 : 3 * x + 1
    27:  if r7 & 0x1 goto +0x2
    28:  r7 >>= 0x1
    29:  goto +0x2
    30:  r7 *= 0x3
    31:  r7 += 0x1
; 10: steps += 1
    32:  r6 += 0x1
; 8: while x > 1
    33:  goto -0x11
    34:  r1 = r10
    35:  r1 += -0x10
    36:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 12: $steps = steps
    37:  r1 = map_value(0x0, 0x0) ll ; @global steps
    39:  *(u64 *)(r1 + 0x0) = r6
; 13: :drop
    40:  r0 = 0x1
    41:  exit
; 8: while x > 1
    42:  r1 = r10
    43:  r1 += -0x10
    44:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
    45:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_8
    47:  r1 = 0x1
    48:  lock *(u64 *)(r2 + 0x0) += r1
    49:  r0 = 0x2
    50:  exit
