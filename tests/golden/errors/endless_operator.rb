license "GPL"
kprobe "tcp_connect" do |sk|
  next if pid == 1 &&  # error: [syntax]
end
