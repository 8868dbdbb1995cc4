license "GPL"
kprobe "tcp_connect" do |sk, (a, b)|         # error: [block-parameter-kind]
  [1, 2].each { |*all| printk "%d", pid }    # error: [block-parameter-kind]
  [1, 2].each { |x, k: 1| printk "%d", x }   # error: [block-parameter-kind]
  [1, 2].each { |x, &b| printk "%d", x }     # error: [block-parameter-kind]
end
