license "GPL"
kprobe "tcp_connect" do |sk|
  BEGIN { $n = 1 }  # error: [syntax]
end
