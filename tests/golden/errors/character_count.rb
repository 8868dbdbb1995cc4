license "GPL"
NAME = "Zoë"
syscall "openat" do |dirfd, path, flags|
  puts NAME.size  # error: [character-count]
  puts "ü".length + "plain".size + NAME.bytesize  # error: [character-count]
  puts str(flags, 16)  # error: [narrow-pointer]
end
