license "GPL"
PORT = option :port, :u16, default: "http"  # error: [option-default]
socket_filter { |s| s.len > PORT ? 0 : 1 }
