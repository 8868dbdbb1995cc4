license "GPL"
kprobe "tcp_connect" |sk|  # error: [syntax]
  printk "one"
end
