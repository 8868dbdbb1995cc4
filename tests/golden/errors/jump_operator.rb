license "GPL"
kprobe "tcp_connect" do |sk|
  return - pid  # error: [jump-operator]
end
