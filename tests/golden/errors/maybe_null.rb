license "GPL"
fentry "vfs_read" do |file|
  x = sock_from_file(file)  # error: [maybe-null] `file`
end
