xdp:  ; 46 instructions, 16 bytes of stack
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
    19:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    20:  if r0 == 0x0 goto +0x10
    21:  if r7 <= 0x1 goto +0x7
; 9: x = x.even? ? x / 2 : 3 * x + 1
    22:  if r7 & 0x1 goto +0x2
    23:  r7 >>= 0x1
    24:  goto +0x2
    25:  r7 *= 0x3
    26:  r7 += 0x1
; 10: steps += 1
    27:  r6 += 0x1
; 8: while x > 1
    28:  goto -0xc
    29:  r1 = r10
    30:  r1 += -0x10
    31:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 12: $steps = steps
    32:  r1 = map_value(0x0, 0x0) ll ; @global steps
    34:  *(u64 *)(r1 + 0x0) = r6
; 13: :drop
    35:  r0 = 0x1
    36:  exit
; 8: while x > 1
    37:  r1 = r10
    38:  r1 += -0x10
    39:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
    40:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_8
    42:  r1 = 0x1
    43:  lock *(u64 *)(r2 + 0x0) += r1
    44:  r0 = 0x2
    45:  exit
