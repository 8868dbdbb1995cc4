license "GPL"
kprobe "tcp_connect" do |sk|
  LIMIT = 5  # error: [constant-inside]
end
