license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if sk.__sk_common.skc_state == TCP_ESTABLISED  # error: [undefined-constant]
end
