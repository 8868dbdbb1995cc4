license "GPL"

SINCE = task_storage(:u64)

tp_btf "sched_switch" do |preempt, prev, following|
  SINCE[prev] = 1  # error: [maybe-null]
end
