# The number of a system call from its own events, whose record keeps it in four bytes, and from the events of all.
license "GPL"

$me = 0
$number = 0

tracepoint "syscalls:sys_enter_getpgid" do |event|
  next unless pid == $me
  $number = event.id
  printk "enters %d %d", event.id, event.__syscall_nr
end

tracepoint "syscalls:sys_exit_getpgid" do |event|
  printk "leaves %d %d", event.id, event.__syscall_nr if pid == $me
end

tracepoint "raw_syscalls:sys_exit" do |event|
  printk "any %d", event.id if pid == $me && event.id == $number
end
