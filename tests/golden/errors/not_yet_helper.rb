license "GPL"
syscall_return "getpid" do |ret|
  map_lookup_elem(1, 2)  # error: [helper-form]
end
