license "GPL"
syscall("*") { printk "%s", comm }  # error: [too-many-matches]
