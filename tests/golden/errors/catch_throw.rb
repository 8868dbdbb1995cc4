license "GPL"
kprobe "tcp_connect" do |sk|
  catch(:done) { throw :done }  # error: [catch-throw]
end
