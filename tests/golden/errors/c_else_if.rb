license "GPL"
kprobe "tcp_connect" do |sk|
  if pid == 1
    printk "one"
  else if pid == 2  # error: [syntax]
    printk "two"
  end
end
