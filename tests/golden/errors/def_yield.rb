license "GPL"
def twice(x)
  yield x
  yield x
end
kprobe("tcp_connect") { |sk| twice(1) { |y| printk "%d", y } }  # error: [not-yet]
