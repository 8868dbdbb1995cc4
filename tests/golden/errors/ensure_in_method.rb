license "GPL"
def f
  1
ensure  # error: [ensure]
  2
end
kprobe("tcp_connect") { |sk| printk "%d", f }
