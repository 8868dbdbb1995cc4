xdp:  ; 55 instructions, 16 bytes of stack
; 5: bpf_iter_num(0, 100) { |i| return i if i > limit }
     0:  r1 = r10
     1:  r1 += -0x8
     2:  r2 = 0x0
     3:  r3 = 0x64
     4:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
     5:  r1 = r10
     6:  r1 += -0x8
     7:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
     8:  if r0 == 0x0 goto +0x9
     9:  w6 = *(u32 *)(r0 + 0x0)
    10:  r6 <<= 0x20
    11:  r6 s>>= 0x20
    12:  if r6 s< 0x0 goto -0x8
    13:  if r6 <= 0x7 goto -0x9
    14:  r1 = r10
    15:  r1 += -0x8
    16:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 9: sum = first_above(7)
    17:  goto +0x4
; 5: bpf_iter_num(0, 100) { |i| return i if i > limit }
    18:  r1 = r10
    19:  r1 += -0x8
    20:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 9: sum = first_above(7)
    21:  r6 = 0x0
; 10: bpf_iter_num(0, 10) do |i|
    22:  r1 = r10
    23:  r1 += -0x10
    24:  r2 = 0x0
    25:  r3 = 0xa
    26:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
    27:  r1 = r10
    28:  r1 += -0x10
    29:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    30:  if r0 == 0x0 goto +0xb
    31:  w1 = *(u32 *)(r0 + 0x0)
    32:  r1 <<= 0x20
    33:  r1 s>>= 0x20
; 11: next if i == 3
    34:  if r1 == 0x3 goto -0x8
; 12: break if i == 8
    35:  if r1 == 0x8 goto +0x2
; 13: sum += i
    36:  r6 += r1
    37:  goto -0xb
; 12: break if i == 8
    38:  r1 = r10
    39:  r1 += -0x10
    40:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
    41:  goto +0x3
; 10: bpf_iter_num(0, 10) do |i|
    42:  r1 = r10
    43:  r1 += -0x10
    44:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 15: $sum = sum
    45:  r1 = map_value(0x0, 0x0) ll ; @global sum
    47:  *(u64 *)(r1 + 0x0) = r6
; 16: rcu_read_lock { $sum = 5 }
    48:  call kfunc(0x0, 0x0) ; @extern_func bpf_rcu_read_lock
    49:  r1 = map_value(0x0, 0x0) ll ; @global sum
    51:  *(u64 *)(r1 + 0x0) = 0x5
    52:  call kfunc(0x0, 0x0) ; @extern_func bpf_rcu_read_unlock
; 17: :pass
    53:  r0 = 0x2
    54:  exit
