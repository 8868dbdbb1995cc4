license "GPL"
syscall("open", "open") { |name| 0 }  # error: [hook-target-twice]
