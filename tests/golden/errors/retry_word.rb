license "GPL"
kprobe "tcp_connect" do |sk|
  retry if pid == 1  # error: [retry]
end
