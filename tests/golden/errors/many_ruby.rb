license "GPL"
kprobe "tcp_connect" do |sk|
  h = { pid: pid }  # error: [hash-literal]
  text = comm =~ /ssh/  # error: [regex-match]
  @last = pid  # error: [instance-variable]
  ratio = 0.5  # error: [float]
  begin
    puts "x"
  rescue  # error: [rescue]
    nil
  end
end
