license "GPL"
def twice(x)
  yield x                # error: [no-block-given]
  yield x if block_given?
end
def both(x, &block)
  block.call(x)          # error: [no-block-given]
  yield x if block
end
kprobe("tcp_connect") do |sk|
  twice(1) { |y| printk "%d", y }
  twice(2)
  both(3)
end
