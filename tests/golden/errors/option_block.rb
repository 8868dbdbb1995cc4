license "GPL"
PORT = option(:port, :u16) { 1 }  # error: [option-block]
socket_filter { |s| s.len > PORT ? 0 : 1 }
