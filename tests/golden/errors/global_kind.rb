$on = false
license "GPL"
syscall_return "getpid" do |ret|
  $on = 3  # error: [variable-types] `$on`
end
