license "GPL"
kprobe "tcp_connect" do |sk|
  int count = 5;  # error: [undefined-method]
end
