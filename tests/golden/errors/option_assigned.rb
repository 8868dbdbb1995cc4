license "GPL"
PORT = option :port, :u16, default: 1
PORT = 2  # error: [constant-twice]
socket_filter { |s| s.len > PORT ? 0 : 1 }
