license "GPL"
kprobe "tcp_connect" do |sk|
  list = [1, 2, 3]
  list[0] = pid  # error: [no-assignment]
end
