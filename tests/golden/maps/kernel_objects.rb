# Maps of devices, CPUs, sockets, control groups and counters, each by the helpers that take it.
license "GPL"
class Reading
  attr :counter, :u64
  attr :enabled, :u64
  attr :running, :u64
end
GROUPS = cgroup_array(4)
OUT = devmap(8)
FAR = devmap_hash("struct bpf_devmap_val", 16)
CPUS = cpumap("struct bpf_cpumap_val", 4)
XSKS = xskmap(4)
SOCKS = sockmap(4)
BY = sockhash([:ip4, :u16], 16)
SEEN = sockhash(16)
GROUP = reuseport_sockarray(4)
COUNTERS = perf_event_array
tp_btf "sched_switch" do
  reading = Reading.new
  perf_event_read_value(COUNTERS, BPF_F_CURRENT_CPU, reading)
  printk "%d", reading.counter if current_task_under_cgroup(GROUPS, 1) == 1
end
xdp do |packet|
  to = FAR[700]
  next redirect_map(FAR, 700) if to && to.ifindex > 1
  next redirect_map(XSKS, packet.rx_queue_index, :pass) if XSKS.key?(packet.rx_queue_index)
  next redirect_map(OUT, 3) if OUT.fetch(3, 0) != 0
  redirect_map(CPUS, 0, :drop)
end
section! "sk_skb/stream_verdict"
def verdict(ctx)
  sk_redirect_map(SOCKS, 1, 0)
end
section! "sk_msg"
def send_on(ctx)
  msg_redirect_hash(BY, [ctx.remote_ip4, 9], BPF_F_INGRESS)
end
section! "sockops"
def watch(ctx)
  sock_map_update(SOCKS, 3, BPF_ANY)
  sock_hash_update(SEEN, ctx.local_port, BPF_ANY)
  SEEN.delete(7)
  0
end
section! "sk_reuseport"
def choose(ctx)
  sk_select_reuseport(GROUP, ctx.hash & 3, 0) == 0 ? 1 : 0
end
