# The first of several names that the running kernel has; the others are not loaded.
license "GPL"

$me = 0

syscall first_of("getpgid", "getsid") do |who|
  printk "%s %d", probe_name, who if pid == $me
end

tp_btf first_of("sched_process_gone", "sched_process_fork") do |parent, child|
  printk "fork %d", child.tgid if parent.tgid == $me
end

tracepoint first_of("sched:sched_process_fork", "sched:sched_switch"), name: :forks do |event|
  printk "%s", probe_name if pid == $me
end
