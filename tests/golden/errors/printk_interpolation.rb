license "GPL"
kprobe "tcp_connect" do |sk|
  printk "#{comm} connects to #{sk.__sk_common.skc_dport}"  # error: [printk-format]
end
