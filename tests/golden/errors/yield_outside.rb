license "GPL"
kprobe "tcp_connect" do |sk|
  yield 3                    # error: [yield-outside]
  3.times { |i| yield i }    # error: [yield-outside]
end
