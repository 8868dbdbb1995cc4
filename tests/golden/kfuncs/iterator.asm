xdp:  ; 66 instructions, 16 bytes of stack
; 5: bpf_iter_num(0, 100) { |i| return i if i > limit }
     0:  r1 = r10
     1:  r1 += -0x8
     2:  r2 = 0x0
     3:  r3 = 0x64
     4:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
     5:  r1 = r10
     6:  r1 += -0x8
     7:  r6 = 0x0
     8:  r5 = 0x0
     9:  r4 = 0x0
    10:  r3 = 0x0
    11:  r2 = 0x0
    12:  r0 = 0x0
    13:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    14:  if r0 == 0x0 goto +0x9
    15:  w6 = *(u32 *)(r0 + 0x0)
    16:  r6 <<= 0x20
    17:  r6 s>>= 0x20
    18:  if r6 s< 0x0 goto -0xe
    19:  if r6 <= 0x7 goto -0xf
    20:  r1 = r10
    21:  r1 += -0x8
    22:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 9: sum = first_above(7)
    23:  goto +0x4
; 5: bpf_iter_num(0, 100) { |i| return i if i > limit }
    24:  r1 = r10
    25:  r1 += -0x8
    26:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 9: sum = first_above(7)
    27:  r6 = 0x0
; 10: bpf_iter_num(0, 10) do |i|
    28:  r1 = r10
    29:  r1 += -0x10
    30:  r2 = 0x0
    31:  r3 = 0xa
    32:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
    33:  r1 = r10
    34:  r1 += -0x10
    35:  r5 = 0x0
    36:  r4 = 0x0
    37:  r3 = 0x0
    38:  r2 = 0x0
    39:  r0 = 0x0
    40:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    41:  if r0 == 0x0 goto +0xb
    42:  w1 = *(u32 *)(r0 + 0x0)
    43:  r1 <<= 0x20
    44:  r1 s>>= 0x20
; 11: next if i == 3
    45:  if r1 == 0x3 goto -0xd
; 12: break if i == 8
    46:  if r1 == 0x8 goto +0x2
; 13: sum += i
    47:  r6 += r1
    48:  goto -0x10
; 12: break if i == 8
    49:  r1 = r10
    50:  r1 += -0x10
    51:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
    52:  goto +0x3
; 10: bpf_iter_num(0, 10) do |i|
    53:  r1 = r10
    54:  r1 += -0x10
    55:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 15: $sum = sum
    56:  r1 = map_value(0x0, 0x0) ll ; @global sum
    58:  *(u64 *)(r1 + 0x0) = r6
; 16: rcu_read_lock { $sum = 5 }
    59:  call kfunc(0x0, 0x0) ; @extern_func bpf_rcu_read_lock
    60:  r1 = map_value(0x0, 0x0) ll ; @global sum
    62:  *(u64 *)(r1 + 0x0) = 0x5
    63:  call kfunc(0x0, 0x0) ; @extern_func bpf_rcu_read_unlock
; 17: :pass
    64:  r0 = 0x2
    65:  exit
