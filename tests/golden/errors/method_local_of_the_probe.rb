license "GPL"
def limit_of(x) = x > limit ? limit : x  # error: [undefined-name] # error: [undefined-name]
kprobe "tcp_connect" do |sk|
  limit = 10
  printk "%d", limit_of(pid)
end
