license "GPL"
kprobe "tcp_connect" do |sk|
  raise "init" if pid == 1  # error: [exception]
end
