license "GPL"
PORT = option :port  # error: [option-form]
socket_filter { |s| s.len > PORT ? 0 : 1 }
