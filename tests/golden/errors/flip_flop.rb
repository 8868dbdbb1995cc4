license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if (pid == 1)..(pid == 5)  # error: [flip-flop]
end
