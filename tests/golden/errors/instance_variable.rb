license "GPL"
kprobe "tcp_connect" do |sk|
  @count += 1  # error: [instance-variable]
end
