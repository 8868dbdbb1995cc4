license "GPL"
PORT = option :port, :u16, default: 1
OTHER = option :port, :u32  # error: [option-twice]
socket_filter { |s| s.len > PORT ? 0 : 1 }
