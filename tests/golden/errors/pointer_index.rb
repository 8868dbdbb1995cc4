license "GPL"
fentry "vfs_read" do |file|
  printk("%p", file.private_data[1])  # error: [pointer-index]
end
