license "GPL"
fentry "tcp_connect" do |sk|
  x = sk.as("struct tcp_sok").snd_cwnd  # error: [no-type] "struct tcp_sok"
end
