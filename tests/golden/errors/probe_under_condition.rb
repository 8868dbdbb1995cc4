license "GPL"
if ARGV.include?("-v")
  kprobe "tcp_connect" do |sk|  # error: [declaration-place]
    printk "%d", pid
  end
end
