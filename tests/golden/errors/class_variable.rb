license "GPL"
kprobe "tcp_connect" do |sk|
  @@count += 1  # error: [class-variable]
end
