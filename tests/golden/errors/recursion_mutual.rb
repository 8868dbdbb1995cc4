license "GPL"
def even(n) = n == 0 ? 1 : odd(n - 1)
def odd(n) = n == 0 ? 0 : even(n - 1)  # error: [recursion]
kprobe("tcp_connect") { |sk| printk "%d", even(4) }
