license "GPL"
kprobe "tcp_connect" do |sk|
  case pid  # error: [syntax]
    1 then printk "one"
  end
end
