#: built-ins
#! ids = 0
#! me = 1
$pid = pid
$tid = tid
$uid = uid                                             #=> 0
$gid = gid                                             #=> 0
$a = nsecs > 1_000_000                                 #=> True
$b = boot_nsecs >= nsecs                               #=> *
$c = cpu < 4096                                        #=> True
$d = current_task.tgid == pid                          #=> True
$e = current_task.pid == tid                           #=> True
$f = random != random                                  #=> True
$g = cgroup_id > 0                                     #=> True
$h = numa_node < 1024                                  #=> True
$i = nsecs <= nsecs                                    #=> True
$j = current_task.mm != nil                            #=> True

#: fields of the kernel's structs
#! ids = 0
#! me = 1
t = current_task
$tgid = t.tgid
$ppid = t.real_parent.tgid
$a = t.mm.arg_start < t.mm.arg_end                     #=> True
$b = t.real_parent.real_parent.nil?                    #=> False
$c = t.cred.uid.val                                    #=> 0
$d = t.group_leader.pid == pid                         #=> True
$e = t.files.count.counter > 0                         #=> True
$f = t.nsproxy.net_ns.ns.inum > 0                      #=> True
$g = t.comm[0] == "r"                                  #=> True
$h = t.sched_reset_on_fork                             #=> *
x = t.as("struct task_struct")
$i = x.pid == t.pid                                    #=> True
$j = t.mm ? 1 : 0                                      #=> 1
$k = t.in_execve == 1                                  #=> False

#: a field through a NULL pointer is 0
#! ids = 0, 16
$a = regs.ax                                           #=> 0
p = id.as("struct task_struct")
$b = p.pid                                             #=> 0
$c = p.mm.arg_start                                    #=> 0
$d = p.comm.size                                       #=> 0

#: what the kernel has: CO-RE tests
#! ids = 0
t = current_task
$a = field?(t, :__state)                               #=> True
$b = field?(t, :state)                                 #=> False
$c = type?("struct task_struct")                       #=> True
$d = type?("struct rucy_has_not_this")                 #=> False
$e = enum?(:BPF_MAP_TYPE_HASH)                         #=> True
$f = enum?(:RUCY_HAS_NOT_THIS)                         #=> False
$g = sizeof("struct list_head")                        #=> 16
$h = BPF_MAP_TYPE_ARRAY                                #=> 2
$i = kernel_version >> 16                              #=> *
$j = kconfig(:HZ) > 0                                  #=> True
$m = if field?(t, :__state) then t.__state else t.state end #=> *
$n = sizeof("struct task_struct") > 1000               #=> True

#: variables of the kernel
#! load = 0
raw_tracepoint "sys_enter" do |regs, id|
  $a = ksym(:jiffies).nil?
  $b = per_cpu(:runqueues, 0).nr_running
  $c = per_cpu(:runqueues, id)&.nr_running || 0
end

#: shipped constants
#! ids = 0
$a = EPERM + ENOENT                                    #=> 3
$b = AF_INET                                           #=> 2
$c = IPPROTO_TCP                                       #=> 6
$d = ETH_P_IP                                          #=> 0x800
$e = O_CREAT | O_WRONLY                                #=> 0o101
$f = S_IFMT                                            #=> 0o170000
$g = AF_INET6                                          #=> 10

#: a field that the kernel's struct has not
$a = current_task.nothing_like_it                      # error: nothing_like_it, task_struct

#: a struct that the kernel has not
p = id.as("struct nothing_like_it")                    # error: nothing_like_it

#: a write through a read-only pointer
current_task.pid = 3                                   # error: *

#: byte order words
#! ids = 0x0102, 0xFFEE
$a = ntohs(htons(id))                                  #=> 0x0102, 0xFFEE
$b = ntohl(htonl(id))                                  #=> 0x0102, 0xFFEE
$c = htons(443) == htons(443)                          #=> True

#: helpers by their own names
#! ids = 0
#! me = 1
class Two
  attr :a, :u64
  attr :b, [:char, 16]
end
raw_tracepoint "sys_enter" do |regs, id|
  $a = bpf_ktime_get_ns > 0                            #=> True
  $b = ktime_get_ns > 0                                #=> True
  $pid = get_current_pid_tgid >> 32
  $c = get_smp_processor_id == cpu                     #=> True
  t = Two.new(a: 1)
  $d = get_current_comm(t)                             #=> *
end

#: failures of helpers are negative
#! ids = 0
class Two
  attr :a, :u64
end
raw_tracepoint "sys_enter" do |regs, id|
  t = Two.new(a: 1)
  r = probe_read_kernel(t, 0)
  $b = r < 0                                           #=> True
  $c = t.a                                             #=> 0
  $d = probe_read_kernel(t, current_task)              #=> 0
end

#: a helper with too few arguments
$a = probe_read_kernel                                 # error: probe_read_kernel

#: a helper that does not exist
$a = bpf_frobnicate(1)                                 # error: bpf_frobnicate

#: a helper that the hook has not
$a = skb_load_bytes(0, 0)                              # error: *

#: a helper under a licence that forbids it
#! license = "Proprietary"
raw_tracepoint "sys_enter" do |regs, id|
  $a = probe_read_kernel_str("", 0)                    # error: *
end

#: stack traces
#! ids = 1
#! me = 1
STACKS = stack_traces
N = hash default: 0
raw_tracepoint "sys_enter" do |regs, id|
  k = kstack
  u = ustack
  $a = 1                                               #=> 1
  N[k] += 1
end

#: globals of every type and their first values
#! ids = 1, 2
$n = 40
$neg = -5
$flag = true
$text = "start"
$big = 0xFFFF_FFFF_FFFF_FFFF
raw_tracepoint "sys_enter" do |regs, id|
  $n += id
  $a = $n                                              #=> 41, 43
  $neg -= 1
  $b = $neg                                            #=> -6, -7
  $c = $flag                                           #=> True, False
  $flag = false
  $d = $text == "start"                                #=> True, False
  $text = comm
  $big += 1
  $e = $big                                            #=> 0, 1
  $bits |= id
  $f = $bits                                           #=> 1, 3
  $bits2 ^= 5
  $g = $bits2                                          #=> 5, 0
end

#: another read-modify-write of a global
$n *= 2                                                # error: $n

#: a read-modify-write of a global, written out
$n = $n * 2 + id                                       # error: $n, +=

#: options are nil until given
#! ids = 1
PORT = option :port, :u16, desc: "a port"
LIMIT = option :limit, :u32, default: 7
LOUD = option :loud, :bool
NAME = option :name, :string, default: "x"
raw_tracepoint "sys_enter" do |regs, id|
  $a = PORT ? 1 : 2                                    #=> 2
  $b = LIMIT + 1                                       #=> 8
  $c = LOUD ? 1 : 2                                    #=> 2
  $d = NAME == "x"                                     #=> True
  $e = PORT.nil?                                       #=> True
  $f = (PORT || 80) + 1                                #=> 81
end

#: an option without default, untested
PORT = option :port, :u16
raw_tracepoint "sys_enter" do |regs, id|
  $a = PORT + 1                                        # error: nil, PORT
end

#: names of probes
#! probes = ["raw_tracepoint_sys_enter", "filter", "kprobe_tcp_connect", "mine"]
#! load = 0
raw_tracepoint("sys_enter") { |regs, id| $a = 1 }
raw_tracepoint("sys_enter", name: :filter) { |regs, id| $a = 2 }
kprobe("tcp_connect") { |sk| $b = sk.__sk_common.skc_family }
kprobe("tcp_connect", name: :mine, attach: false) { |sk| $b = 1 }

#: the same name twice
raw_tracepoint("sys_enter", name: :x) { |regs, id| $a = 1 }
raw_tracepoint("sys_exit", name: :x) { |regs, id| $a = 2 } # error: x

#: several targets
#! probes = ["raw_tracepoint_sys_enter", "raw_tracepoint_sys_exit"]
#! ids = 0
raw_tracepoint "sys_enter", "sys_exit" do
  $a = probe_name.size > 0                             #=> True
  $b = probe_name.end_with?("sys_enter")               #=> True
end

#: the first of several targets
#! probes = 2
#! load = 0
kprobe first_of("rucy_no_such_function", "tcp_connect") do |sk|
  $a = 1
end

#: a function that the kernel has not
fentry "rucy_no_such_function" do                      # error: rucy_no_such_function
  $a = 1
end

#: a function that the kernel need not have
#! probes = 1
#! load = 0
kprobe "rucy_no_such_function", optional: true do
  $a = 1
end

#: a parameter too many
kprobe "tcp_connect" do |sk, more|                     # error: *
  $a = 1
end

#: tracepoint fields by name
#! load = 0
#! probes = 1
tracepoint "sched:sched_switch" do |e|
  $a = e.prev_pid + e.next_prio
  $b = e.prev_comm == "bash"
end

#: a tracepoint field that is not
tracepoint "sched:sched_switch" do |e|
  $a = e.no_such                                       # error: no_such
end

#: a tracepoint that is not
tracepoint "sched:no_such_event" do |e|                # error: no_such_event
  $a = 1
end

#: system calls by their own arguments
#! load = 0
#! probes = 2
syscall "openat" do |dfd, filename, flags, mode|
  $a = flags & O_CREAT
  $b = ustr(filename, 64) == "/etc/passwd"
end
syscall_return "openat" do |ret|
  $c = ret if ret < 0
end

#: a system call that is not
syscall "openatt" do                                   # error: openat
  $a = 1
end

#: fentry and fexit
#! load = 0
#! probes = 3
fentry "tcp_connect" do |sk|
  $a = ntohs(sk.__sk_common.skc_dport)
end
fexit "tcp_connect" do |sk, ret|
  $b = ret
end
kretprobe "tcp_connect" do |ret|
  $b = ret
end

#: network order of a kernel field
fentry "tcp_connect" do |sk|
  $a = sk.__sk_common.skc_dport + 1                    # error: ntohs
end

#: network order compared with a host number
fentry "tcp_connect" do |sk|
  x = 443
  x = 80 if pid == 1
  $a = sk.__sk_common.skc_dport == x                   # error: ntohs
end

#: network order printed
fentry "tcp_connect" do |sk|
  puts sk.__sk_common.skc_dport                        # error: ntohs
end

#: network order in an ordering
fentry "tcp_connect" do |sk|
  $a = sk.__sk_common.skc_dport > 1024                 # error: ntohs
end

#: network order against a literal, and a copy
#! load = 0
#! probes = 1
fentry "tcp_connect" do |sk|
  c = sk.__sk_common
  $a = c.skc_dport == 443
  $b = c.skc_daddr == c.skc_rcv_saddr
  $c = ntohl(c.skc_daddr)
end

#: sleepable where it cannot be
kprobe "tcp_connect", sleepable: true do |sk|          # error: sleepable
  $a = 1
end

#: an unknown option of a hook
kprobe "tcp_connect", nmae: :x do |sk|                 # error: nmae
  $a = 1
end

#: a hook that is not
kporbe "tcp_connect" do |sk|                           # error: kprobe
  $a = 1
end

#: a hook within a condition
if KPROBES = true
  kprobe "tcp_connect" do |sk|                         # error: top level
    $a = 1
  end
end

#: a declaration within a probe
raw_tracepoint "sys_enter" do |regs, id|
  m = hash default: 0                                  # error: top level
end

#: a def named like a word of the language
def nsecs = 5                                          # error: nsecs
raw_tracepoint "sys_enter" do |regs, id|
  $a = nsecs
end

#: a local that shadows a word
#! ids = 4
cpu = id * 100
pid = cpu + 1
$a = cpu + pid                                         #=> 801
comm = "x"
$b = comm == "x"                                       #=> True

#: a constant that only the user half computes
#! ids = 3
#! ruby = False
WHO = ARGV[0].to_i
raw_tracepoint "sys_enter" do |regs, id|
  $a = WHO + id                                        #=> 3
end

#: kfuncs: acquire and release
#! load = 1
tp_btf "sys_enter", name: :kf do |regs, id|
  t = bpf_task_from_pid(tid)
  if t
    $pid = t.tgid
    bpf_task_release(t)
  end
end

#: a kfunc's object that is not released
tp_btf "sys_enter", name: :kf do |regs, id|
  t = bpf_task_from_pid(1)                             # error: bpf_task_release
  $a = t.tgid if t
end

#: a kfunc's object that is not tested
tp_btf "sys_enter", name: :kf do |regs, id|
  t = bpf_task_from_pid(1)
  bpf_task_release(t)                                  # error: nil
end

#: a kfunc's object that is released twice
tp_btf "sys_enter", name: :kf do |regs, id|
  t = bpf_task_from_pid(1)
  if t
    bpf_task_release(t)
    bpf_task_release(t)                                # error: *
  end
end

#: a loop by helper
#! ids = 0
n = 0
bpf_loop(10) { |i| n += i }
$a = n                                                 #=> 45

#: ctx is the raw context
#! ids = 5
#! ruby = False
$a = ctx != nil                                        #=> True

#: the original dialect
#! license = None
#! load = 1
#! probes = ["prog"]
license! "GPL"
section! "cgroup/dev"

class Context
  attr :access_type, :u32
  attr :major, :u32
  attr :minor, :u32
end

def prog(ctx)
  if ctx.major == 1 && ctx.minor == 9
    return 0
  else
    return 1
  end
end

#: the original dialect's printk with a wrong length
#! license = None
license! "GPL"
section! "kprobe/tcp_connect"
def prog(ctx)
  bpf_trace_printk("hello %d\n", 3, 1)                 # error: 10
  return 0
end

#: cgroup_device as a probe
#! load = 1
#! probes = 1
RULES = hash([:u32, :u32] => :u8)
cgroup_device do |dev|
  next true if RULES[dev.major, dev.minor]
  dev.major != 1
end

#: a result that is no result of the hook
cgroup_device do |dev|
  :pass                                                # error: true, false
end

#: an Integer that is not proved a result
cgroup_device do |dev|
  dev.major                                            # error: *
end

#: user pointers
#! load = 0
#! probes = 1
syscall "execve" do |filename, argv, envp|
  $a = ustr(filename, 64) == "/bin/true"
  next unless a = argv[1]
  $b = ustr(a, 32).size
  5.times { |i| break unless argv[i]; $c += 1 }
end

#: a user structure
#! load = 0
#! probes = 1
syscall "connect" do |fd, addr, len|
  s = addr.as("struct sockaddr_in")
  next if s.sin_family != AF_INET
  $port = ntohs(s.sin_port)
  $to = ntohl(s.sin_addr.s_addr)
end

#: a kernel union and anonymous members
#! ids = 0
#! me = 1
t = current_task
$a = t.thread_info.flags >= 0                          #=> True
$b = t.cred.user.uid.val                               #=> 0
$c = t.signal.nr_threads >= 1                          #=> True
$d = t.sighand.count.refs.counter >= 1                 #=> True
$e = t.se.sum_exec_runtime > 0                         #=> True
$f = t.comm.start_with?("rucy")                        #=> True
$g = t.cpus_mask.bits[0] != 0                          #=> True
$h = t.parent.tgid == t.real_parent.tgid               #=> True

#: walking up a list of parents
#! ids = 0
t = current_task
n = 0
while t && t.pid != 1 && n < 32
  t = t.real_parent
  n += 1
end
$a = n >= 0                                            #=> True
$b = t.nil? ? 0 : 1                                    #=> 1
