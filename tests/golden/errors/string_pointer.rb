license "GPL"
fentry "tcp_connect" do |sk|
  printk("%s", str("text", 8))  # error: [string-pointer]
end
