license "GPL"
PORT = option :port, :u16, default: 1, short: "port"  # error: [option-short]
socket_filter { |s| s.len > PORT ? 0 : 1 }
