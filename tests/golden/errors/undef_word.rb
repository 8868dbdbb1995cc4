license "GPL"
kprobe "tcp_connect" do |sk|
  undef pid  # error: [undef]
end
