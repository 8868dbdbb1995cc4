license "GPL"
NAMES = %w[ssh curl]  # error: [array-element]
kprobe "tcp_connect" do |sk|
  printk "%d", pid if NAMES[0] == comm
  printk "..#{}"  # error: [printk-format]
end
