license "GPL"
kprobe "tcp_connect" do |sk|
  $first ||= pid  # error: [global-or-assign]
end
