license "GPL"
def named(x)
  yield x, size: 3           # error: [yield-keyword]
  yield(*x)                  # error: [splat]
end
kprobe("tcp_connect") { |sk| named(1) { |y| printk "%d", y } }
