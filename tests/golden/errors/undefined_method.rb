license "GPL"
syscall_return "getpid" do |ret|
  frobnicate(1)  # error: [undefined-method] `frobnicate`
end
