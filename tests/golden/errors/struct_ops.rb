license "GPL"
struct_ops "tcp_congestion_ops", name: "mine" do  # error: [unsupported-hook]
  def ssthresh(sk) = 2
end
