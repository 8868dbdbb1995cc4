license "GPL"
kprobe "tcp_connect" do |sk|
  printk "one"
end
end  # error: [syntax]
