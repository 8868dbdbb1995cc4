license "GPL"
section! "kprobe/tcp_connect"
def prog(sk)
  bpf_trace_printk("hello\n")  # error: [printk-arguments]
  0
end
