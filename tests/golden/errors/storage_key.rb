license "GPL"

SINCE = task_storage(:u64)

tp_btf "sched_switch" do |preempt, prev, following|
  SINCE[pid] = 1  # error: [helper-argument]
end
