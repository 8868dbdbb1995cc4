license "GPL"
tracepoint "syscalls:sys_enter_openat" do |e|
  printk "%s", ustr(e.filenam, 64)  # error: [no-context-field]
end
