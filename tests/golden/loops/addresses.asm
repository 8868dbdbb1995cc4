tp_btf_sched_switch:  ; 227 instructions, 72 bytes of stack
; 4: tp_btf "sched_switch" do |preempt, prev, nxt|
     0:  r2 = *(u64 *)(r1 + 0x8)
     1:  *(u64 *)(r10 - 0x38) = r2
     2:  r1 = *(u64 *)(r1 + 0x10)
     3:  *(u64 *)(r10 - 0x40) = r1
; 5: flag = prev.pid > 3
     4:  r1 = 0x0
     5:  *(u64 *)(r10 - 0x48) = r1
     6:  if r2 == 0x0 goto +0x5
     7:  r1 = *(u64 *)(r10 - 0x38)
     8:  w1 = *(u32 *)(r1 + 0x0) ; @core struct task_struct.pid byte_off
     9:  r1 <<= 0x20
    10:  r1 s>>= 0x20
    11:  *(u64 *)(r10 - 0x48) = r1
; 6: $n += 1 if prev.comm == nxt.comm
    12:  r3 = 0x0
    13:  r1 = *(u64 *)(r10 - 0x38)
    14:  if r1 == 0x0 goto +0x1
    15:  r3 = *(u64 *)(r10 - 0x38)
    16:  r3 += 0x0 ; @core struct task_struct.comm byte_off
    17:  r1 = *(u64 *)(r10 - 0x38)
    18:  if r1 != 0x0 goto +0x1
    19:  r3 = 0x0
    20:  *(u64 *)(r10 - 0x10) = 0x0
    21:  *(u64 *)(r10 - 0x8) = 0x0
    22:  r1 = r10
    23:  r1 += -0x10
    24:  r2 = 0x10
    25:  call 0x73
    26:  r3 = 0x0
    27:  r1 = *(u64 *)(r10 - 0x40)
    28:  if r1 == 0x0 goto +0x1
    29:  r3 = *(u64 *)(r10 - 0x40)
    30:  r3 += 0x0 ; @core struct task_struct.comm byte_off
    31:  r1 = *(u64 *)(r10 - 0x40)
    32:  if r1 != 0x0 goto +0x1
    33:  r3 = 0x0
    34:  *(u64 *)(r10 - 0x20) = 0x0
    35:  *(u64 *)(r10 - 0x18) = 0x0
    36:  r1 = r10
    37:  r1 += -0x20
    38:  r2 = 0x10
    39:  call 0x73
    40:  r2 = *(u64 *)(r10 - 0x10)
    41:  r1 = *(u64 *)(r10 - 0x20)
    42:  r9 = 0x0
    43:  if r2 != r1 goto +0x8
    44:  r2 = *(u64 *)(r10 - 0x8)
    45:  r1 = *(u64 *)(r10 - 0x18)
    46:  if r2 != r1 goto +0x5
    47:  r2 = map_value(0x0, 0x0) ll ; @global n
    49:  r1 = 0x1
    50:  lock *(u64 *)(r2 + 0x0) += r1
    51:  r9 = 0x0
; 7: 64.times { |i| 64.times { |j| $n += 1 if $n == j } }
    52:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
    54:  if r1 != 0x0 goto +0x2
    55:  r7 = 0x0
    56:  goto +0xb
    57:  r1 = r10
    58:  r1 += -0x30
    59:  r2 = 0x0
    60:  r3 = 0x800000
    61:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
    62:  r9 ^= 0x2c6e91b5
    63:  *(u64 *)(r10 - 0x8) = r9
    64:  *(u32 *)(r10 - 0x8) = w9
    65:  r9 = *(u64 *)(r10 - 0x8)
    66:  r9 ^= 0x2c6e91b5
    67:  r7 = 0x0
    68:  r9 ^= 0x2c6e91b5
    69:  *(u64 *)(r10 - 0x8) = r9
    70:  *(u32 *)(r10 - 0x8) = w9
    71:  r9 = *(u64 *)(r10 - 0x8)
    72:  r9 ^= 0x2c6e91b5
    73:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
    75:  if r1 != 0x0 goto +0x2
    76:  if r7 s< 0xe goto +0xc
    77:  goto +0x89
    78:  r1 = r10
    79:  r1 += -0x30
    80:  r8 = 0x0
    81:  r6 = 0x0
    82:  r5 = 0x0
    83:  r4 = 0x0
    84:  r3 = 0x0
    85:  r2 = 0x0
    86:  r0 = 0x0
    87:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    88:  if r0 == 0x0 goto +0x7e
    89:  r7 += 0x1
    90:  if r9 >= 0x40 goto +0x48
    91:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
    93:  r6 = 0x0
    94:  r8 = 0x0
    95:  if r1 == 0x0 goto +0xa
    96:  r1 = r10
    97:  r1 += -0x28
    98:  r2 = 0x0
    99:  r3 = 0x800000
   100:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
   101:  *(u64 *)(r10 - 0x8) = 0x2c6e91b5
   102:  *(u32 *)(r10 - 0x8) = 0x2c6e91b5
   103:  r8 = *(u64 *)(r10 - 0x8)
   104:  r8 ^= 0x2c6e91b5
   105:  r6 = 0x0
   106:  r8 ^= 0x2c6e91b5
   107:  *(u64 *)(r10 - 0x8) = r8
   108:  *(u32 *)(r10 - 0x8) = w8
   109:  r8 = *(u64 *)(r10 - 0x8)
   110:  r8 ^= 0x2c6e91b5
   111:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   113:  if r1 != 0x0 goto +0x2
   114:  if r6 s< 0xe goto +0xa
   115:  goto +0x1d
   116:  r1 = r10
   117:  r1 += -0x28
   118:  r5 = 0x0
   119:  r4 = 0x0
   120:  r3 = 0x0
   121:  r2 = 0x0
   122:  r0 = 0x0
   123:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
   124:  if r0 == 0x0 goto +0x14
   125:  r6 += 0x1
   126:  if r8 >= 0x40 goto +0xa
   127:  r1 = map_value(0x0, 0x0) ll ; @global n
   129:  r1 = *(u64 *)(r1 + 0x0)
   130:  if r1 != r8 goto +0x4
   131:  r2 = map_value(0x0, 0x0) ll ; @global n
   133:  r1 = 0x1
   134:  lock *(u64 *)(r2 + 0x0) += r1
   135:  r8 += 0x1
   136:  goto -0x1f
   137:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   139:  if r1 == 0x0 goto +0x3
   140:  r1 = r10
   141:  r1 += -0x28
   142:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   143:  r9 += 0x1
   144:  goto -0x4d
   145:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   147:  if r1 == 0x0 goto +0x3
   148:  r1 = r10
   149:  r1 += -0x28
   150:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   151:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   153:  if r1 == 0x0 goto +0x3
   154:  r1 = r10
   155:  r1 += -0x30
   156:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   157:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_7_1
   159:  r1 = 0x1
   160:  lock *(u64 *)(r2 + 0x0) += r1
   161:  r0 = 0x0
   162:  exit
   163:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   165:  if r1 == 0x0 goto +0x3
   166:  r1 = r10
   167:  r1 += -0x30
   168:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 8: $n += 2 if prev.mm == nxt.mm && prev.parent == nxt.parent
   169:  r2 = 0x0
   170:  r1 = *(u64 *)(r10 - 0x38)
   171:  if r1 == 0x0 goto +0x2
   172:  r1 = *(u64 *)(r10 - 0x38)
   173:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.mm byte_off
   174:  r3 = 0x0
   175:  if r2 == 0x0 goto +0x1
   176:  r3 = r2
   177:  r2 = 0x0
   178:  r1 = *(u64 *)(r10 - 0x40)
   179:  if r1 == 0x0 goto +0x2
   180:  r1 = *(u64 *)(r10 - 0x40)
   181:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.mm byte_off
   182:  r1 = 0x0
   183:  if r2 == 0x0 goto +0x1
   184:  r1 = r2
   185:  if r3 != r1 goto +0x15
   186:  r2 = 0x0
   187:  r1 = *(u64 *)(r10 - 0x38)
   188:  if r1 == 0x0 goto +0x2
   189:  r1 = *(u64 *)(r10 - 0x38)
   190:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.parent byte_off
   191:  r3 = 0x0
   192:  if r2 == 0x0 goto +0x1
   193:  r3 = r2
   194:  r2 = 0x0
   195:  r1 = *(u64 *)(r10 - 0x40)
   196:  if r1 == 0x0 goto +0x2
   197:  r1 = *(u64 *)(r10 - 0x40)
   198:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.parent byte_off
   199:  r1 = 0x0
   200:  if r2 == 0x0 goto +0x1
   201:  r1 = r2
   202:  if r3 != r1 goto +0x4
   203:  r2 = map_value(0x0, 0x0) ll ; @global n
   205:  r1 = 0x2
   206:  lock *(u64 *)(r2 + 0x0) += r1
; 9: $n += 3 if flag
   207:  r0 = 0x0
   208:  r1 = *(u64 *)(r10 - 0x48)
   209:  if r1 s<= 0x3 goto +0x10
   210:  r2 = map_value(0x0, 0x0) ll ; @global n
   212:  r1 = 0x3
   213:  lock *(u64 *)(r2 + 0x0) += r1
   214:  exit
; 7: 64.times { |i| 64.times { |j| $n += 1 if $n == j } }
   215:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   217:  if r1 == 0x0 goto +0x3
   218:  r1 = r10
   219:  r1 += -0x30
   220:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   221:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_7
   223:  r1 = 0x1
   224:  lock *(u64 *)(r2 + 0x0) += r1
   225:  r0 = 0x0
   226:  exit
