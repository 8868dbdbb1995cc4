license "GPL"
kprobe "tcp_connect" do |sk|
  skb_change_type(0)  # error: [helper-not-here]
end
