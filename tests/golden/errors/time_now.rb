license "GPL"
kprobe "tcp_connect" do |sk|
  started = Time.now  # error: [user-space-name]
end
