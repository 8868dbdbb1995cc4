license "GPL"
kprobe "tcp_connect" do |sk|
  n = pid.divmod(10)  # error: [divmod-alone]
end
