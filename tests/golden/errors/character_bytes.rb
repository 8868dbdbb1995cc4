license "GPL"
syscall "getpid" do
  printk "x" if comm[0] == "é"  # error: [character-bytes]
  printk "%s", "é"[0]  # error: [character-bytes]
end
