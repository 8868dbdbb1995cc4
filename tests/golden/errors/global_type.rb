license "GPL"
kprobe "tcp_connect" do |sk|
  $sk = sk if sk  # error: [global-type]
end
