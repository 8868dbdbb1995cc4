license "GPL  # error: [syntax]
kprobe "tcp_connect" do |sk|
  printk "one"
end
