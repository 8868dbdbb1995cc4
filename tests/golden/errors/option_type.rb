license "GPL"
PORT = option :port, :u61, default: 1  # error: [option-type]
socket_filter { |s| s.len > PORT ? 0 : 1 }
