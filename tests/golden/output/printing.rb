# What is printed is sent as values: a number and a name in one record, a name made in the record itself, text in the format.
license "GPL"

syscall_return "getpid" do |result|
  puts "#{comm} got #{result}", result > 1
  printf "%5d|%-8s|\n", result, "constant"
  known = result > 1 ? result : nil
  p known
end
