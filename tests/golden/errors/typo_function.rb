license "GPL"
kprobe "tcp_conect" do |sk|
  printk "%d", sk.sk_mark  # error: [no-method]
end
