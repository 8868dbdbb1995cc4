license "GPL"
kprobe "tcp_connect" do |sk|
  class << sk; end  # error: [singleton-class]
end
