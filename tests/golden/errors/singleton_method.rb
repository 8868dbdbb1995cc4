license "GPL"
kprobe "tcp_connect" do |sk|
  def self.helper; end  # error: [singleton-method]
end
