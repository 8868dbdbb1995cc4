license "GPL"
kprobe "tcp_connect" do |sk|
  who = uid
  who = "root" if uid == 0  # error: [variable-types]
end
