def fact(n)
  return 1 if n < 2
  n * fact(n - 1)  # error: [recursion]
end
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", fact(5))
end
