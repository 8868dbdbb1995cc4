license "GPL"
kprobe "tcp_connect" do |sk|
  mark = sk->sk_mark  # error: [syntax]
end
