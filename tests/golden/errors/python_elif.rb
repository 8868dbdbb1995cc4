license "GPL"
kprobe "tcp_connect" do |sk|
  if pid == 1
    printk "one"
  elif pid == 2  # error: [undefined-name]
    printk "two"
  end
end
