license "GPL"
kprobe "tcp_connect" do |sk|
  ratio = pid.to_f  # error: [convert-word]
end
