license "GPL"
kprobe "tcp_connect" do |sk|
  printf "%d %s\n", pid, comm  # error: [not-yet]
end
