# What is no loop behind the passes is none that could be stopped.
license "GPL"
$n = 0
tracepoint "syscalls:sys_enter_getppid" do |e|
  by = 0
  10.step(0, by) { |i| $n += i if i < 5 } if false
  0.step(10, by) { |i| $n += i }
end
