license "GPL"
fentry "tcp_connect" do |sk|
  printk("%d", sk.__sk_common.skc_porst)  # error: [no-field] struct sock_common
end
