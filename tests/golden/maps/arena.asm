make:  ; 22 instructions, 0 bytes of stack
; 16: $nodes = POOL.alloc(Node, 100) unless $nodes
     0:  r1 = map_value(0x0, 0x0) ll ; @global nodes
     2:  r1 = *(u64 *)(r1 + 0x0)
     3:  if r1 != 0x0 goto +0x10
     4:  r1 = map_fd(0x0) ll ; @map POOL
     6:  r2 = 0x0
     7:  r3 = 0x1
     8:  r4 = -0x1
     9:  r5 = 0x0
    10:  call kfunc(0x0, 0x0) ; @extern_func bpf_arena_alloc_pages
    11:  r1 = map_fd(0x0) ll ; @map POOL
    13:  r1 = addr_space_cast(r0, 0x0, 0x1)
    14:  r2 = addr_space_cast(r1, 0x1, 0x0)
    15:  if r0 != 0x0 goto +0x1
    16:  r2 = 0x0
    17:  r1 = map_value(0x0, 0x0) ll ; @global nodes
    19:  *(u64 *)(r1 + 0x0) = r2
; 17: 0
    20:  r0 = 0x0
    21:  exit

drop:  ; 18 instructions, 0 bytes of stack
; 21: nodes = $nodes
     0:  r1 = map_value(0x0, 0x0) ll ; @global nodes
     2:  r3 = *(u64 *)(r1 + 0x0)
     3:  r1 = map_fd(0x0) ll ; @map POOL
     5:  r2 = addr_space_cast(r3, 0x0, 0x1)
; 22: return 1 unless nodes
     6:  r0 = 0x1
     7:  if r3 == 0x0 goto +0x9
; 23: $nodes = nil
     8:  r1 = map_value(0x0, 0x0) ll ; @global nodes
    10:  *(u64 *)(r1 + 0x0) = 0x0
; 24: POOL.free(nodes)
    11:  r1 = map_fd(0x0) ll ; @map POOL
    13:  r2 = addr_space_cast(r2, 0x1, 0x0)
    14:  r3 = 0x1
    15:  call kfunc(0x0, 0x0) ; @extern_func bpf_arena_free_pages
; 25: 0
    16:  r0 = 0x0
    17:  exit

tp_btf_sys_enter:  ; 20 instructions, 0 bytes of stack
; 27: tp_btf "sys_enter" do |regs, id|
     0:  r4 = *(u64 *)(r1 + 0x8)
; 28: next unless nodes = $nodes
     1:  r1 = map_value(0x0, 0x0) ll ; @global nodes
     3:  r3 = *(u64 *)(r1 + 0x0)
     4:  r1 = map_fd(0x0) ll ; @map POOL
     6:  r2 = addr_space_cast(r3, 0x0, 0x1)
     7:  if r3 == 0x0 goto +0xa
; 29: node = nodes[id]
     8:  r1 = r4
     9:  r1 += 0x64
    10:  if r4 s< 0x0 goto +0x1
    11:  r1 = r4
    12:  if r1 >= 0x64 goto +0x5
    13:  r1 <<= 0x4
    14:  r2 += r1
; 8: self.key = id
    15:  *(u32 *)(r2 + 0x0) = w4
; 9: self.hits += 1
    16:  r1 = 0x1
    17:  lock *(u64 *)(r2 + 0x8) += r1
; 30: node.hit(id) if node
    18:  r0 = 0x0
    19:  exit
