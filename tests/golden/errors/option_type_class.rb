license "GPL"
PORT = option :port, Integer, default: 1  # error: [option-type]
socket_filter { |s| s.len > PORT ? 0 : 1 }
