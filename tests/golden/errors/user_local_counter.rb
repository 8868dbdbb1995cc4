license "GPL"
count = 0
kprobe "tcp_connect" do |sk|
  count += 1  # error: [user-local]
end
puts count
