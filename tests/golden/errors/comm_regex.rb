license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if comm =~ /^ssh/  # error: [regex-match]
end
