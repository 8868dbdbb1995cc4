license "GPL"
fentry "tcp_connect" do |sk|
  x = sk.as(5).snd_cwnd  # error: [cast]
end
