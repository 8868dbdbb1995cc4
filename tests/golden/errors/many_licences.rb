kprobe "tcp_connect" do |sk|
  printk "%d", pid  # error: [helper-license]
  get_current_task  # error: [helper-license]
  skb_change_type(0)  # error: [helper-not-here]
  sk.sk_mark = 1  # error: [kernel-write]
end
cgroup_device do |dev|
  dev.major == 1
  nil  # error: [result-nil]
end
