run:  ; 256 instructions, 88 bytes of stack
; 18: name = comm
     0:  *(u64 *)(r10 - 0x20) = 0x0
     1:  *(u64 *)(r10 - 0x18) = 0x0
     2:  r1 = r10
     3:  r1 += -0x20
     4:  r2 = 0x10
     5:  call 0x10
; 19: $sent = RING.reserve(8 + name.size) do |d|
     6:  r3 = *(u64 *)(r10 - 0x20)
     7:  r1 = 0x7f7f7f7f7f7f7f7f ll
     9:  r2 = r3
    10:  r2 &= r1
    11:  r1 = 0x7f7f7f7f7f7f7f7f ll
    13:  r2 += r1
    14:  r2 |= r3
    15:  r1 = -0x7f7f7f7f7f7f7f80 ll
    17:  r2 &= r1
    18:  r2 >>= 0x7
    19:  r4 = *(u64 *)(r10 - 0x18)
    20:  r1 = 0x7f7f7f7f7f7f7f7f ll
    22:  r3 = r4
    23:  r3 &= r1
    24:  r1 = 0x7f7f7f7f7f7f7f7f ll
    26:  r3 += r1
    27:  r3 |= r4
    28:  r1 = -0x7f7f7f7f7f7f7f80 ll
    30:  r3 &= r1
    31:  r3 >>= 0x7
    32:  r2 += r3
    33:  r1 = 0x101010101010101 ll
    35:  r2 *= r1
    36:  r2 >>= 0x38
    37:  r2 &= 0xf
    38:  r2 += 0x8
    39:  r1 = map_fd(0x0) ll ; @map RING
    41:  r3 = 0x0
    42:  r4 = r10
    43:  r4 += -0x30
    44:  call 0xc6
    45:  if r0 == 0x0 goto +0xa
    46:  r1 = r10
    47:  r1 += -0x30
    48:  r2 = 0x0
    49:  call 0xc8
    50:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_record_RING
    52:  r1 = 0x1
    53:  lock *(u64 *)(r2 + 0x0) += r1
    54:  r1 = 0x0
    55:  goto +0x61
; 20: d.write(0, Head.new(kind: 1, size: name.size))
    56:  r2 = *(u64 *)(r10 - 0x20)
    57:  r1 = 0x7f7f7f7f7f7f7f7f ll
    59:  r4 = r2
    60:  r4 &= r1
    61:  r1 = 0x7f7f7f7f7f7f7f7f ll
    63:  r4 += r1
    64:  r4 |= r2
    65:  r1 = -0x7f7f7f7f7f7f7f80 ll
    67:  r4 &= r1
    68:  r4 >>= 0x7
    69:  r3 = *(u64 *)(r10 - 0x18)
    70:  r1 = 0x7f7f7f7f7f7f7f7f ll
    72:  r2 = r3
    73:  r2 &= r1
    74:  r1 = 0x7f7f7f7f7f7f7f7f ll
    76:  r2 += r1
    77:  r2 |= r3
    78:  r1 = -0x7f7f7f7f7f7f7f80 ll
    80:  r2 &= r1
    81:  r2 >>= 0x7
    82:  r4 += r2
    83:  r1 = 0x101010101010101 ll
    85:  r4 *= r1
    86:  r4 >>= 0x38
    87:  r4 &= 0xf
    88:  *(u32 *)(r10 - 0x58) = 0x1
    89:  *(u32 *)(r10 - 0x54) = w4
    90:  r1 = r10
    91:  r1 += -0x30
    92:  r2 = 0x0
    93:  r3 = r10
    94:  r3 += -0x58
    95:  r4 = 0x8
    96:  r5 = 0x0
    97:  call 0xca
; 21: d.write(8, name)
    98:  r2 = *(u64 *)(r10 - 0x20)
    99:  r1 = 0x7f7f7f7f7f7f7f7f ll
   101:  r5 = r2
   102:  r5 &= r1
   103:  r1 = 0x7f7f7f7f7f7f7f7f ll
   105:  r5 += r1
   106:  r5 |= r2
   107:  r1 = -0x7f7f7f7f7f7f7f80 ll
   109:  r5 &= r1
   110:  r5 >>= 0x7
   111:  r3 = *(u64 *)(r10 - 0x18)
   112:  r1 = 0x7f7f7f7f7f7f7f7f ll
   114:  r2 = r3
   115:  r2 &= r1
   116:  r1 = 0x7f7f7f7f7f7f7f7f ll
   118:  r2 += r1
   119:  r2 |= r3
   120:  r1 = -0x7f7f7f7f7f7f7f80 ll
   122:  r2 &= r1
   123:  r2 >>= 0x7
   124:  r5 += r2
   125:  r1 = 0x101010101010101 ll
   127:  r5 *= r1
   128:  r5 >>= 0x38
   129:  r5 &= 0xf
   130:  r4 = 0xf
   131:  if r5 >= 0x10 goto +0x1
   132:  r4 = r5
   133:  r1 = r10
   134:  r1 += -0x30
   135:  r2 = 0x8
   136:  r3 = r10
   137:  r3 += -0x20
   138:  r5 = 0x0
   139:  call 0xca
; 22: d.write(8, "0123456789012345")
   140:  r3 = map_value(0x0, 0x0) ll ; @global rucy_const_0
   142:  r1 = r10
   143:  r1 += -0x30
   144:  r2 = 0x8
   145:  r4 = 0x10
   146:  r5 = 0x0
   147:  call 0xca
; 19: $sent = RING.reserve(8 + name.size) do |d|
   148:  r1 = r10
   149:  r1 += -0x30
   150:  r2 = 0x0
   151:  call 0xc7
   152:  r1 = 0x1
   153:  r2 = 0x1
   154:  if r1 != 0x0 goto +0x1
   155:  r2 = 0x0
   156:  r1 = map_value(0x0, 0x0) ll ; @global sent
   158:  *(u8 *)(r1 + 0x0) = w2
; 13: RING.reserve(64) { |d| return false if d.size == 64 }
   159:  r1 = map_fd(0x0) ll ; @map RING
   161:  r2 = 0x40
   162:  r3 = 0x0
   163:  r4 = r10
   164:  r4 += -0x10
   165:  call 0xc6
; 24: $early = discarded
   166:  r6 = 0x1
; 13: RING.reserve(64) { |d| return false if d.size == 64 }
   167:  if r0 == 0x0 goto +0x9
   168:  r1 = r10
   169:  r1 += -0x10
   170:  r2 = 0x0
   171:  call 0xc8
   172:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_record_RING
   174:  r1 = 0x1
   175:  lock *(u64 *)(r2 + 0x0) += r1
   176:  goto +0xe
   177:  r1 = r10
   178:  r1 += -0x10
   179:  call kfunc(0x0, 0x0) ; @extern_func bpf_dynptr_size
   180:  if w0 == 0x40 goto +0x5
   181:  r1 = r10
   182:  r1 += -0x10
   183:  r2 = 0x0
   184:  call 0xc7
   185:  goto +0x5
   186:  r1 = r10
   187:  r1 += -0x10
   188:  r2 = 0x0
   189:  call 0xc8
; 24: $early = discarded
   190:  r6 = 0x0
   191:  r1 = map_value(0x0, 0x0) ll ; @global early
   193:  *(u8 *)(r1 + 0x0) = w6
; 25: $none = RING.reserve(1 << 20) { |d| $held = 1 }
   194:  r1 = map_fd(0x0) ll ; @map RING
   196:  r2 = 0x100000
   197:  r3 = 0x0
   198:  r4 = r10
   199:  r4 += -0x40
   200:  call 0xc6
   201:  if r0 == 0x0 goto +0xa
   202:  r1 = r10
   203:  r1 += -0x40
   204:  r2 = 0x0
   205:  call 0xc8
   206:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_record_RING
   208:  r1 = 0x1
   209:  lock *(u64 *)(r2 + 0x0) += r1
   210:  r1 = 0x0
   211:  goto +0x8
   212:  r1 = map_value(0x0, 0x0) ll ; @global held
   214:  *(u64 *)(r1 + 0x0) = 0x1
   215:  r1 = r10
   216:  r1 += -0x40
   217:  r2 = 0x0
   218:  call 0xc7
   219:  r1 = 0x1
   220:  r2 = 0x1
   221:  if r1 != 0x0 goto +0x1
   222:  r2 = 0x0
   223:  r1 = map_value(0x0, 0x0) ll ; @global none
   225:  *(u8 *)(r1 + 0x0) = w2
; 26: record = ringbuf_reserve_dynptr(RING, 24)
   226:  r1 = map_fd(0x0) ll ; @map RING
   228:  r2 = 0x18
   229:  r3 = 0x0
   230:  r4 = r10
   231:  r4 += -0x50
   232:  call 0xc6
; 27: $held = record.size
   233:  r1 = r10
   234:  r1 += -0x50
   235:  call kfunc(0x0, 0x0) ; @extern_func bpf_dynptr_size
   236:  w2 = w0
   237:  r1 = map_value(0x0, 0x0) ll ; @global held
   239:  *(u64 *)(r1 + 0x0) = r2
; 28: record.write(0, Head.new(kind: 2, size: 16))
   240:  *(u32 *)(r10 - 0x18) = 0x2
   241:  *(u32 *)(r10 - 0x14) = 0x10
   242:  r1 = r10
   243:  r1 += -0x50
   244:  r2 = 0x0
   245:  r3 = r10
   246:  r3 += -0x18
   247:  r4 = 0x8
   248:  r5 = 0x0
   249:  call 0xca
; 29: ringbuf_submit_dynptr(record)
   250:  r1 = r10
   251:  r1 += -0x50
   252:  r2 = 0x0
   253:  call 0xc7
; 30: 0
   254:  r0 = 0x0
   255:  exit
