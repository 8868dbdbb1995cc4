tc_ingress:  ; 9 instructions, 0 bytes of stack
; 5: packet.mark = 7
     0:  r2 = 0x7
     1:  *(u32 *)(r1 + 0x8) = w2
; 6: packet.cb[1] = 9
     2:  r2 = 0x9
     3:  *(u32 *)(r1 + 0x34) = w2
; 7: packet.mark += 1
     4:  w2 = *(u32 *)(r1 + 0x8)
     5:  r2 += 0x1
     6:  *(u32 *)(r1 + 0x8) = w2
; 8: :ok
     7:  r0 = 0x0
     8:  exit
