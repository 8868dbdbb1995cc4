license "GPL"
WHO = ARGV[0].to_i  # error: [not-yet]
kprobe "tcp_connect" do |sk|
  printk "%d", pid if uid == WHO
end
