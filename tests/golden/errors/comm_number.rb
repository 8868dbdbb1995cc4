license "GPL"
kprobe "tcp_connect" do |sk|
  n = comm.to_i  # error: [no-method]
end
