license "GPL"
module Net
  def self.port(sk) = sk.sk_mark
end
kprobe "tcp_connect" do |sk|
  printk "%d", Net.port(sk)  # error: [undefined-constant]
end
