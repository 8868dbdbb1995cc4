license "GPL"
fentry "tcp_connect" do |sk|
  sk.sk_mark = 5  # error: [kernel-write]
end
