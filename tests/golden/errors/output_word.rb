license "GPL"
def print(x)  # error: [reserved-name]
  x
end
syscall_return "getpid" do |ret|
  print ret
end
