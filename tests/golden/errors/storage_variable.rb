license "GPL"
SINCE = task_storage(:u64)
tp_btf "sched_switch" do |preempt, prev, following|
  SINCE[current_task] = 1
  task = current_task
  SINCE[task] = 2  # error: [helper-argument]
end
