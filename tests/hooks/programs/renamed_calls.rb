# System calls by the names of their manual pages, which the kernel's own events do not have.
license "GPL"

$me = 0

syscall "uname", "sendfile" do |first|
  printk "%s %d", probe_name, first.nil? ? 1 : 0 if pid == $me
end

syscall "fstat", name: :opened do |fd, found|
  printk "fstat %d %d", fd, found.nil? ? 1 : 0 if pid == $me
end

syscall_return "fstat", name: :said do |result|
  printk "fstat gave %d", result if pid == $me
end
