license "GPL"
PORT = option :port, :u16, default: 1, desc: 80  # error: [option-description]
socket_filter { |s| s.len > PORT ? 0 : 1 }
