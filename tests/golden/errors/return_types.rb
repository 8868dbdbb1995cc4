def f(n)
  return 1 if n == 0
  "one"  # error: [return-types]
end
license "GPL"
syscall_return "getpid" do |ret|
  x = f(ret)
end
