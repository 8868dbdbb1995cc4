license "GPL"
fn = "tcp_connect"
kprobe fn do |sk|  # error: [user-local]
  printk "%d", pid
end
