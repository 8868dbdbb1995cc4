# The state of the task that connects: the field was renamed in Linux 5.14, and one object reads either.
#
#   rucy run task_state.rb

license "GPL"

kprobe "tcp_connect" do |sk|
  task = current_task
  if field?(task, :__state)
    printk "%d new name, state %d", pid, task.__state
  else
    printk "%d old name, state %d", pid, task.state
  end
end
