license "GPL"
KINDS = [3, 5, 7]
syscall_return "getpid" do |ret|
  kind = KINDS[ret]
  puts kind  # error: [maybe-nil]
  puts "kind #{kind}"  # error: [maybe-nil]
  printf "%d\n", kind  # error: [maybe-nil]
  p kind
end
