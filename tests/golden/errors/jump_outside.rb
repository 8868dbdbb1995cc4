license "GPL"
def f(x)
  break if x == 1  # error: [jump-outside]
  x
end
kprobe("tcp_connect") { |sk| printk "%d", f(pid) }
