license "GPL"
kprobe "tcp_connect" do |sk|
  class Inner; end  # error: [class-inside]
end
