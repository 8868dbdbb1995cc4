license "GPL"

$me = 0

tracepoint "sched:sched_process_fork" do |event|
  if event.parent_pid == $me
    printk "fork %d of %d (%s)", event.child_pid, event.parent_pid, event.parent_comm
  end
end
