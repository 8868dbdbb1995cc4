license "GPL"
kprobe "tcp_connect" do |sk|
  begin
    n = 100 / uid
  rescue ZeroDivisionError  # error: [rescue]
    n = 0
  end
end
