license "GPL"
PORT = option :port, :u16, defalt: 1  # error: [option-keyword]
socket_filter { |s| s.len > PORT ? 0 : 1 }
