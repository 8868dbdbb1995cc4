license "GPL"
kprobe "tcp_connect" do |sk|
  $count = $count + 1  # error: [global-read-modify-write]
end
