license "GPL"
kprobe "tcp_connect" do |sk|
  printf "%s\n", sk  # error: [format-pointer]
  printf "%p %x\n", sk, sk
end
