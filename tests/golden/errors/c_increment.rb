license "GPL"
kprobe "tcp_connect" do |sk|
  $count++  # error: [syntax]
end
