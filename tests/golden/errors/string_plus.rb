license "GPL"
kprobe "tcp_connect" do |sk|
  text = comm + "!"  # error: [no-method]
end
