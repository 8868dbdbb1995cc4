license "GPL"
syscall "openat" do |dfd, name|
  printk("%s", str(name, 64))  # error: [user-pointer] `name`
end
