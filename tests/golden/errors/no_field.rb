license "GPL"
fentry "tcp_connect" do |sk|
  printk("%d", sk.sk_protocl)  # error: [no-field] `sk_protocl`
end
