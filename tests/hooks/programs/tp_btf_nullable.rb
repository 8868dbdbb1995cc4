# The second argument may be NULL: its fields are 0 then.
license "GPL"

tp_btf "sched_pi_setprio" do |task, donor|
  printk "%d gets %d of %d", task.pid, donor.prio, donor.pid
end
