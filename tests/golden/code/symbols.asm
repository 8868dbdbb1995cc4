main: 32 instructions, 8 bytes of stack
   0  620af8ff07000000                     *(u32 *)(r10 - 0x8) = 0x7
   1  1811000000000000 0000000000000000    r1 = map_fd(0x0) ll ; @map counts
   3  bfa2000000000000                     r2 = r10
   4  07020000f8ffffff                     r2 += -0x8
   5  8500000001000000                     call 0x1
   6  1500020000000000                     if r0 == 0x0 goto +0x2
   7  b701000001000000                     r1 = 0x1
   8  db10080000000000                     lock *(u64 *)(r0 + 0x8) += r1
   9  1842000000000000 0000000000000000    r2 = func(+0x0) ll ; @func step
  11  b70100000a000000                     r1 = 0xa
  12  bfa3000000000000                     r3 = r10
  13  07030000f8ffffff                     r3 += -0x8
  14  b704000000000000                     r4 = 0x0
  15  85000000b5000000                     call 0xb5
  16  1821000000000000 0000000000000000    r1 = map_value(0x0, 0x0) ll ; @global text+0x1
  18  7116010000000000                     w6 = *(u8 *)(r1 + 0x1)
  19  b701000000000000                     r1 = 0x0 ; @core CoreRef(kind='field_exists', type_id=1, access='0:1', made=None)
  20  1501070000000000                     if r1 == 0x0 goto +0x7
  21  8500000023000000                     call 0x23
  22  bf03000000000000                     r3 = r0
  23  0703000000000000                     r3 += 0x0 ; @core CoreRef(kind='byte_off', type_id=1, access='0:1', made=None)
  24  bfa1000000000000                     r1 = r10
  25  07010000f8ffffff                     r1 += -0x8
  26  b702000004000000                     r2 = 0x4
  27  8500000071000000                     call 0x71
  28  bfa1000000000000                     r1 = r10
  29  07010000f8ffffff                     r1 += -0x8
  30  8520000000000000                     call kfunc(0x0, 0x0) ; @extern_func bpf_task_release
  31  bf61000000000000                     r1 = r6
  32  b702000001000000                     r2 = 0x1
  33  8510000000000000                     call pc+0x0 ; @call add
  34  9500000000000000                     exit

step: 3 instructions, 0 bytes of stack
   0  6312040000000000                     *(u32 *)(r2 + 0x4) = w1
   1  b700000000000000                     r0 = 0x0
   2  9500000000000000                     exit

add: 3 instructions, 0 bytes of stack
   0  bf10000000000000                     r0 = r1
   1  0f20000000000000                     r0 += r2
   2  9500000000000000                     exit
