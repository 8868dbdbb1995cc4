license "GPL"
kprobe "tcp_connect" do |sk|
  $stderr.puts "connect"  # error: [special-global]
end
