license "GPL"
kprobe "tcp_connect" do |sk|
  [1, 2].each { |*all| printk "%d", pid }  # error: [block-parameter-kind]
end
