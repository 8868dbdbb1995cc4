license "GPL"
LIMIT = MAXIMUM / 2  # error: [undefined-constant]
kprobe "tcp_connect" do |sk|
  next if portt == 80  # error: [undefined-name]
  printk "%d", curent_task.pid  # error: [undefined-name]
  printk "%d", LIMIT
  send_signl(9)  # error: [undefined-name]
end
