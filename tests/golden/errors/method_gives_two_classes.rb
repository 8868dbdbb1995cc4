license "GPL"
def name_of(n)
  return "root" if n == 0
  n  # error: [return-types]
end
kprobe("tcp_connect") { |sk| printk "%s", name_of(uid) }
