license "GPL"
syscall("opennat") { |d| 0 }  # error: [no-syscall] did you mean `openat`
