# A string whose place the record tells.
license "GPL"

$me = 0

tracepoint "sched:sched_process_exec" do |event|
  printk "exec %s by %d", event.filename, event.pid if pid == $me
end
