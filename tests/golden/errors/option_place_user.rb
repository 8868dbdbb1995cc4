license "GPL"
socket_filter { |s| 0 }
port = option :port, :u16  # error: [option-place]
puts port
