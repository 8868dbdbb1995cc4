license "GPL"
kprobe "tcp_connect" do |sk|
  module Inner; end  # error: [module]
end
