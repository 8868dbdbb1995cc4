license "GPL"
syscall_return "getpid" do |ret|
  a = b_c + 1  # error: [undefined-name]
  x = a * 2
  y = ret / 0  # error: [division-by-zero]
  z = 2 ** -y
  w = nosuch(z)  # error: [undefined-method]
  printk("%d", w)
  printk("%d", ret.foo)  # error: [no-method]
end
