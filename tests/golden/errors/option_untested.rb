license "GPL"
PORT = option :port, :u16
socket_filter { |s| s.len > PORT ? 0 : 1 }  # error: [maybe-nil]
