license "GPL"
PORT = option "port!", :u16, default: 1  # error: [option-name]
socket_filter { |s| s.len > PORT ? 0 : 1 }
