license "GPL"
PORT = option :help, :u16, default: 1  # error: [option-reserved]
socket_filter { |s| s.len > PORT ? 0 : 1 }
