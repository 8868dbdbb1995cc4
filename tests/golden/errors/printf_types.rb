license "GPL"
syscall_return "getpid" do |ret|
  printf "%d\n", comm  # error: [format-type]
  printf "%x\n", ret == 3  # error: [format-bool]
  printf "%d\n", nil  # error: [is-nil]
  printf "%s %s %p\n", ret, ret == 3, nil
end
