license "GPL"
$rucy_output = 0  # error: [symbol-taken]
tracepoint "syscalls:sys_enter_getppid" do |e|
  puts "x"
  $rucy_output += 1
end
