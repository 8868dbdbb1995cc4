license "GPL"
kprobe("vsf_*") { printk "%s", comm }  # error: [no-match]
syscall("opne*") { printk "%s", comm }  # error: [no-match]
