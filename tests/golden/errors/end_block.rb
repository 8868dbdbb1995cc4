license "GPL"
kprobe "tcp_connect" do |sk|
  END { $n = 1 }  # error: [end-block]
end
