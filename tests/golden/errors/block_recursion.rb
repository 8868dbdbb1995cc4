license "GPL"
def down(n, &block)
  block.call(n)
  down(n - 1, &block) if n > 0   # error: [recursion]
end
def one
  yield
  other { 1 }
end
def other
  one { yield }                  # error: [recursion]
end
kprobe "tcp_connect" do |sk|
  down(3) { |n| printk "%d", n }
  one { printk "one" }
end
