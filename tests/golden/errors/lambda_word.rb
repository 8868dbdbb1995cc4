license "GPL"
kprobe "tcp_connect" do |sk|
  handler = proc { |x| x }  # error: [lambda-word]
end
