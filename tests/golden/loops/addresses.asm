tp_btf_sched_switch:  ; 215 instructions, 72 bytes of stack
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
    76:  if r7 s< 0x14 goto +0x5
    77:  goto +0x7d
    78:  r1 = r10
    79:  r1 += -0x30
    80:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
    81:  if r0 == 0x0 goto +0x79
    82:  r7 += 0x1
    83:  if r9 >= 0x40 goto +0x43
    84:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
    86:  r6 = 0x0
    87:  r8 = 0x0
    88:  if r1 == 0x0 goto +0xa
    89:  r1 = r10
    90:  r1 += -0x28
    91:  r2 = 0x0
    92:  r3 = 0x800000
    93:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_new
    94:  *(u64 *)(r10 - 0x8) = 0x2c6e91b5
    95:  *(u32 *)(r10 - 0x8) = 0x2c6e91b5
    96:  r8 = *(u64 *)(r10 - 0x8)
    97:  r8 ^= 0x2c6e91b5
    98:  r6 = 0x0
    99:  r8 ^= 0x2c6e91b5
   100:  *(u64 *)(r10 - 0x8) = r8
   101:  *(u32 *)(r10 - 0x8) = w8
   102:  r8 = *(u64 *)(r10 - 0x8)
   103:  r8 ^= 0x2c6e91b5
   104:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   106:  if r1 != 0x0 goto +0x2
   107:  if r6 s< 0x14 goto +0x5
   108:  goto +0x18
   109:  r1 = r10
   110:  r1 += -0x28
   111:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_next
   112:  if r0 == 0x0 goto +0x14
   113:  r6 += 0x1
   114:  if r8 >= 0x40 goto +0xa
   115:  r1 = map_value(0x0, 0x0) ll ; @global n
   117:  r1 = *(u64 *)(r1 + 0x0)
   118:  if r1 != r8 goto +0x4
   119:  r2 = map_value(0x0, 0x0) ll ; @global n
   121:  r1 = 0x1
   122:  lock *(u64 *)(r2 + 0x0) += r1
   123:  r8 += 0x1
   124:  goto -0x1a
   125:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   127:  if r1 == 0x0 goto +0x3
   128:  r1 = r10
   129:  r1 += -0x28
   130:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   131:  r9 += 0x1
   132:  goto -0x41
   133:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   135:  if r1 == 0x0 goto +0x3
   136:  r1 = r10
   137:  r1 += -0x28
   138:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   139:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   141:  if r1 == 0x0 goto +0x3
   142:  r1 = r10
   143:  r1 += -0x30
   144:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   145:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_7_1
   147:  r1 = 0x1
   148:  lock *(u64 *)(r2 + 0x0) += r1
   149:  r0 = 0x0
   150:  exit
   151:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   153:  if r1 == 0x0 goto +0x3
   154:  r1 = r10
   155:  r1 += -0x30
   156:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
; 8: $n += 2 if prev.mm == nxt.mm && prev.parent == nxt.parent
   157:  r2 = 0x0
   158:  r1 = *(u64 *)(r10 - 0x38)
   159:  if r1 == 0x0 goto +0x2
   160:  r1 = *(u64 *)(r10 - 0x38)
   161:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.mm byte_off
   162:  r3 = 0x0
   163:  if r2 == 0x0 goto +0x1
   164:  r3 = r2
   165:  r2 = 0x0
   166:  r1 = *(u64 *)(r10 - 0x40)
   167:  if r1 == 0x0 goto +0x2
   168:  r1 = *(u64 *)(r10 - 0x40)
   169:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.mm byte_off
   170:  r1 = 0x0
   171:  if r2 == 0x0 goto +0x1
   172:  r1 = r2
   173:  if r3 != r1 goto +0x15
   174:  r2 = 0x0
   175:  r1 = *(u64 *)(r10 - 0x38)
   176:  if r1 == 0x0 goto +0x2
   177:  r1 = *(u64 *)(r10 - 0x38)
   178:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.parent byte_off
   179:  r3 = 0x0
   180:  if r2 == 0x0 goto +0x1
   181:  r3 = r2
   182:  r2 = 0x0
   183:  r1 = *(u64 *)(r10 - 0x40)
   184:  if r1 == 0x0 goto +0x2
   185:  r1 = *(u64 *)(r10 - 0x40)
   186:  r2 = *(u64 *)(r1 + 0x0) ; @core struct task_struct.parent byte_off
   187:  r1 = 0x0
   188:  if r2 == 0x0 goto +0x1
   189:  r1 = r2
   190:  if r3 != r1 goto +0x4
   191:  r2 = map_value(0x0, 0x0) ll ; @global n
   193:  r1 = 0x2
   194:  lock *(u64 *)(r2 + 0x0) += r1
; 9: $n += 3 if flag
   195:  r0 = 0x0
   196:  r1 = *(u64 *)(r10 - 0x48)
   197:  if r1 s<= 0x3 goto +0x10
   198:  r2 = map_value(0x0, 0x0) ll ; @global n
   200:  r1 = 0x3
   201:  lock *(u64 *)(r2 + 0x0) += r1
   202:  exit
; 7: 64.times { |i| 64.times { |j| $n += 1 if $n == j } }
   203:  r1 = map_value(0x0, 0x0) ll ; @global bpf_iter_num_new
   205:  if r1 == 0x0 goto +0x3
   206:  r1 = r10
   207:  r1 += -0x30
   208:  call kfunc(0x0, 0x0) ; @extern_func bpf_iter_num_destroy
   209:  r2 = map_value(0x0, 0x0) ll ; @global __rucy_loop_7
   211:  r1 = 0x1
   212:  lock *(u64 *)(r2 + 0x0) += r1
   213:  r0 = 0x0
   214:  exit
