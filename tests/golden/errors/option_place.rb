license "GPL"
socket_filter do |s|
  port = option :port, :u16  # error: [option-place]
  port ? 1 : 0
end
