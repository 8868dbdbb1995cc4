license "GPL"
fentry "tcp_connect" do |sk|
  printk("%d", sk.sk_socket[1].type)  # error: [pointer-index]
end
