license "GPL"
PORT = option :port, :u16, default: 1
FROM = option :from, :ip4, default: "10.0.0"  # error: [option-default]
socket_filter { |s| s.len > PORT ? 0 : 1 }
