xdp:  ; 42 instructions, 16 bytes of stack
; 6: bpf_iter_num(0, 4) do |turn|
     0:  r1 = r10
     1:  r1 += -0x10
     2:  r2 = 0x0
     3:  r3 = 0x4
     4:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
     5:  r1 = r10
     6:  r1 += -0x10
     7:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
     8:  if r0 == 0x0 goto +0x1c
     9:  w5 = *(u32 *)(r0 + 0x0)
    10:  r5 <<= 0x20
    11:  r5 s>>= 0x20
; 7: ($n & 7).times { |i| $sum += i + turn }
    12:  r1 = map_value(0x0, 0x0) ll ; @global n
    14:  r4 = *(u64 *)(r1 + 0x0)
    15:  r4 &= 0x7
    16:  r3 = 0x0
    17:  if r3 s>= 0x8 goto +0xe
    18:  r1 = r4
    19:  r1 ^= 0x2c6e91b5
    20:  *(u64 *)(r10 - 0x8) = r1
    21:  *(u32 *)(r10 - 0x8) = w1
    22:  r1 = *(u64 *)(r10 - 0x8)
    23:  r1 ^= 0x2c6e91b5
    24:  if r3 >= r1 goto -0x14
    25:  r2 = r3
    26:  r2 += r5
    27:  r1 = map_value(0x0, 0x0) ll ; @global sum
    29:  lock *(u64 *)(r1 + 0x0) += r2
    30:  r3 += 0x1
    31:  if r3 s< 0x8 goto -0xe
    32:  r1 = r10
    33:  r1 += -0x10
    34:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
    35:  r0 = 0x2
    36:  exit
; 6: bpf_iter_num(0, 4) do |turn|
    37:  r1 = r10
    38:  r1 += -0x10
    39:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 9: :pass
    40:  r0 = 0x2
    41:  exit
