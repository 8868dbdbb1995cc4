license "GPL"
NAMES = ["ssh", "curl", 3]  # error: [array-element]
kprobe "tcp_connect" do |sk|
  printk "%d", pid if NAMES[0] == comm
end
