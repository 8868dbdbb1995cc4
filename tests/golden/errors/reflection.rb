license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if sk.respond_to?(:sk_mark)  # error: [reflection]
end
