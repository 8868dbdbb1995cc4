license "GPL"
kprobe "tcp_connect", nam: :a do |sk|  # error: [hook-option]
  printk "%d", pid
end
fentry "tcp_conect" do |sk|  # error: [no-function]
  printk "%d", pid
end
syscall "opennat" do |dfd|  # error: [no-syscall]
  printk "%d", dfd
end
tracepoint "sched_switch" do |e|  # error: [no-event]
  printk "%d", e.prev_pid
end
xdp "eth0" do |pkt|  # error: [hook-no-target]
  :pas  # error: [unknown-result]
end
