license "GPL"
kprobe "tcp_connect" do |sk|
  mode = 0789  # error: [syntax]
end
