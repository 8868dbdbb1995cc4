license "GPL"
kprobe "tcp_connect" do |sk|
  eval("pid + 1")  # error: [eval]
end
