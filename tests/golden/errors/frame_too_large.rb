license "GPL"
syscall "renameat" do |olddfd, oldname, newdfd, newname|
  from = ustr(oldname, 256)  # error: [frame-too-large]
  to = ustr(newname, 256)
  printk "%s %s %s", from, to, comm
end
