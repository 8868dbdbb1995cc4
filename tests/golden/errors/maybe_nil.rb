PORTS = [80, 443]
license "GPL"
syscall_return "getpid" do |ret|
  port = PORTS[ret]
  printk("%d", port + 1)  # error: [maybe-nil] `port`
end
