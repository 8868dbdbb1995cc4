license "GPL"
kprobe "tcp_connect" do |sk|
  name = :"probe_#{pid}"  # error: [dynamic-symbol]
end
