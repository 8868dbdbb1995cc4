# One block, two programs; `probe_name` is the target, in a method as well.
license "GPL"

def tell(number)
  printk "%s %d", probe_name, number
end

syscall("getpgid", "getsid") { |who| tell(who) }
