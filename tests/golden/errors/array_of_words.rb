license "GPL"
NAMES = %w[ssh curl]
kprobe "tcp_connect" do |sk|
  printk "%d", pid if NAMES[0] == comm
  printk "%s", NAMES[pid & 3]  # error: [maybe-nil]
  names = ["ssh", comm]  # error: [array-element]
  printk "%d", NAMES.sum  # error: [wrong-operand]
  printk "..#{}"  # error: [printk-format]
end
