license "GPL"
def trace
  kprobe("tcp_connect") { |sk| printk "%d", pid }  # error: [declaration-place]
end
trace
