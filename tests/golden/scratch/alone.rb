license "GPL"

kprobe "do_unlinkat" do |fd, name|
  path = str(name.name, 256)
  other = str(name.uptr, 256)
  printk "%s %s", path, other
end
