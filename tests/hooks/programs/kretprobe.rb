license "GPL"

$me = 0

kretprobe "tcp_v4_connect" do |result|
  printk "connect gave %d", result if pid == $me
end

kretprobe "__x64_sys_getpgid" do |result|
  printk "getpgid gave %d", result if pid == $me
end
