tp_btf_sched_process_exit_each0:  ; 5 instructions, 0 bytes of stack
; 8: SEEN.each { |id, count| ENDED.delete(id) }               # the key of the walk, where it lies
     0:  r1 = map_fd(0x0) ll ; @map ENDED
     2:  call 0x3
     3:  r0 = 0x0
     4:  exit

tp_btf_sched_process_exit_each1:  ; 16 instructions, 8 bytes of stack
; 9: SEEN.each { |id, count| $kept += 1 if ENDED[id + 1] }    # another one
     0:  w1 = *(u32 *)(r2 + 0x0)
     1:  r1 += 0x1
     2:  *(u32 *)(r10 - 0x8) = w1
     3:  r1 = map_fd(0x0) ll ; @map ENDED
     5:  r2 = r10
     6:  r2 += -0x8
     7:  call 0x1
     8:  r1 = r0
     9:  r0 = 0x0
    10:  if r1 == 0x0 goto +0x4
    11:  r2 = map_value(0x0, 0x0) ll ; @global kept
    13:  r1 = 0x1
    14:  lock *(u64 *)(r2 + 0x0) += r1
    15:  exit

tp_btf_sched_process_exit:  ; 24 instructions, 8 bytes of stack
; 8: SEEN.each { |id, count| ENDED.delete(id) }               # the key of the walk, where it lies
     0:  *(u64 *)(r10 - 0x8) = 0x0
     1:  r1 = 0x0
     2:  lock *(u64 *)(r10 - 0x8) += r1
     3:  r2 = func(+0x0) ll ; @func tp_btf_sched_process_exit_each0
     5:  r1 = map_fd(0x0) ll ; @map SEEN
     7:  r3 = r10
     8:  r3 += -0x8
     9:  r4 = 0x0
    10:  call 0xa4
; 9: SEEN.each { |id, count| $kept += 1 if ENDED[id + 1] }    # another one
    11:  *(u64 *)(r10 - 0x8) = 0x0
    12:  r1 = 0x0
    13:  lock *(u64 *)(r10 - 0x8) += r1
    14:  r2 = func(+0x0) ll ; @func tp_btf_sched_process_exit_each1
    16:  r1 = map_fd(0x0) ll ; @map SEEN
    18:  r3 = r10
    19:  r3 += -0x8
    20:  r4 = 0x0
    21:  call 0xa4
    22:  r0 = 0x0
    23:  exit
