license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if comm.upcase == "SSH"  # error: [no-method]
end
