license "GPL"
kprobe "tcp_connect" do |sk|
  p sk  # error: [output-value]
  puts sk  # error: [output-value] which `puts` does not print
end
