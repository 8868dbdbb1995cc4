license "GPL"
section! "kprobe/tcp_connect"
def prog(sk)
  bpf_trace_printk("pid %d\n", pid)  # error: [printk-length]
  0
end
