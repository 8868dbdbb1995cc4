license "GPL"
PORT = option :port, :u16, default: 1, default: 2  # error: [option-keyword-twice]
socket_filter { |s| s.len > PORT ? 0 : 1 }
