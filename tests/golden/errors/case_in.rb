license "GPL"
kprobe "tcp_connect" do |sk|
  case pid  # error: [pattern-match]
  in 1 then printk "init"
  in Integer then printk "other"
  end
end
