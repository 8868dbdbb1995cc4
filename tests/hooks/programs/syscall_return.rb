license "GPL"

$me = 0

syscall_return "getpgid" do |result|
  printk "getpgid gave %d", result if pid == $me
end
