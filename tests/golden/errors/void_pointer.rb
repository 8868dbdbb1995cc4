license "GPL"
kprobe "vfs_read" do |file, buf|
  x = file.private_data.size  # error: [not-a-struct]
end
