license "GPL"
syscall_return "getpid" do |ret|
  puts 1..3  # error: [range-value]
  puts(ctx)  # error: [output-value]
end
