license "GPL"
syscall_return "getpid" do |ret|
  map_lookup_elem(1, 2)  # error: [not-yet] takes a map
end
