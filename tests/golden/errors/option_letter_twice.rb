license "GPL"
PORT = option :port, :u16, default: 1, short: "p"
OTHER = option :pid, :u32, short: "p"  # error: [option-twice] `-p`
socket_filter { |s| s.len > PORT ? 0 : 1 }
