license "GPL"
ONE = stack_traces
TWO = stack_traces
COUNTS = hash(:u32 => :u64)
kprobe "tcp_connect" do |sk|
  printk "%d", kstack  # error: [stack-map] several
  printk "%d", ustack(COUNTS)  # error: [stack-map] none
end
xdp do |pkt|
  kstack(ONE)  # error: [helper-not-here]
  :pass
end
