def double(x)
  x *  # error: [syntax]
end
kprobe "tcp_connect" do |sk|
  double(1)
end
