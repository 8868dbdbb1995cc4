license "GPL"
kprobe "tcp_connect" do |sk|
  unless pid == 1
    printk "one"
  elsif pid == 2  # error: [syntax]
    printk "two"
  end
end
