license "GPL"
fentry("vfs_*") { printk "%s", comm }  # error: [pattern-here]
