xdp:  ; 47 instructions, 16 bytes of stack
; 6: bpf_iter_num(0, 4) do |turn|
     0:  r1 = r10
     1:  r1 += -0x10
     2:  r2 = 0x0
     3:  r3 = 0x4
     4:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
     5:  r1 = r10
     6:  r1 += -0x10
     7:  r5 = 0x0
     8:  r4 = 0x0
     9:  r3 = 0x0
    10:  r2 = 0x0
    11:  r0 = 0x0
    12:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    13:  if r0 == 0x0 goto +0x1c
    14:  w5 = *(u32 *)(r0 + 0x0)
    15:  r5 <<= 0x20
    16:  r5 s>>= 0x20
; 7: ($n & 7).times { |i| $sum += i + turn }
    17:  r1 = map_value(0x0, 0x0) ll ; @global n
    19:  r4 = *(u64 *)(r1 + 0x0)
    20:  r4 &= 0x7
    21:  r3 = 0x0
    22:  if r3 s>= 0x8 goto +0xe
    23:  r1 = r4
    24:  r1 ^= 0x2c6e91b5
    25:  *(u64 *)(r10 - 0x8) = r1
    26:  *(u32 *)(r10 - 0x8) = w1
    27:  r1 = *(u64 *)(r10 - 0x8)
    28:  r1 ^= 0x2c6e91b5
    29:  if r3 >= r1 goto -0x19
    30:  r2 = r3
    31:  r2 += r5
    32:  r1 = map_value(0x0, 0x0) ll ; @global sum
    34:  lock *(u64 *)(r1 + 0x0) += r2
    35:  r3 += 0x1
    36:  if r3 s< 0x8 goto -0xe
    37:  r1 = r10
    38:  r1 += -0x10
    39:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
    40:  r0 = 0x2
    41:  exit
; 6: bpf_iter_num(0, 4) do |turn|
    42:  r1 = r10
    43:  r1 += -0x10
    44:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 9: :pass
    45:  r0 = 0x2
    46:  exit
