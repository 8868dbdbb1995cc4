license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if comm[0..2] == "ssh"  # error: [range-value]
end
