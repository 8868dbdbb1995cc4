license "GPL"
PORT = option :port, :u16, default: 80
$PORT = 5  # error: [symbol-taken]
socket_filter do |s|
  $PORT == PORT ? 1 : 0
end
