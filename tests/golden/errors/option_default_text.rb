license "GPL"
PORT = option :port, :u16, default: 1
TEXT = option :text, :string, default: "0123456789012345678901234567890123456789012345678901234567890123"  # error: [option-default-text]
socket_filter { |s| s.len > PORT ? 0 : 1 }
