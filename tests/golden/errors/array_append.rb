license "GPL"
kprobe "tcp_connect" do |sk|
  list = []
  list << pid  # error: [no-method]
end
