license "GPL"
kprobe "tcp_connect" do |sk|
  encoding = __ENCODING__  # error: [encoding-word]
end
