license "GPL"
kprobe "tcp_connect" do |sk|
  ("a".."c").each { |c| printk "%d", pid }  # error: [range-bound] # error: [range-bound]
end
