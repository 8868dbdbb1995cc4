license "GPL"
syscall_return "getpid" do |ret|
  bpf_trace_printk("pid %d\n", 7, pid)  # error: [printk-length] 8 bytes
end
