license "GPL"
def twice(&block)
  kept = block           # error: [block-object]
  printk "%d", block.arity  # error: [block-object]
  block = 5              # error: [block-object]
  block.call(1)
end
kprobe("tcp_connect") { |sk| twice { |y| printk "%d", y } }
