license "GPL"
kprobe "tcp_connect" do |sk|
  puts "#{pid} #{comm}"  # error: [not-yet]
end
