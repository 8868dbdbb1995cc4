license "GPL"
class Tuple
  attr :saddr, :u32
  attr :daddr, :u32
  attr :sport, :u16
  attr :dport, :u16
end
$me = 0
tc_ingress do |skb|
  sk = sk_lookup_tcp(Tuple.new(dport: 80), -1, 0)  # error: [reference-kept]
  next :ok unless sk
  next :shot if sk.state == 10
  sk_release(sk)
  :ok
end
tp_btf "sched_process_exit" do |task|
  4.times do
    other = bpf_task_from_pid($me)  # error: [reference-kept]
    printk "%s", other.comm if other
  end
end
