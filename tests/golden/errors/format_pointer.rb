license "GPL"
fentry "tcp_connect" do |sk|
  printk("%s", sk.__sk_common.skc_prot)  # error: [format-pointer]
end
