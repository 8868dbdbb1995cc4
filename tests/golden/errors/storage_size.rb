license "GPL"

SINCE = task_storage(:u64, 64)  # error: [map-form]

tp_btf "sched_switch" do |preempt, prev, following|
  SINCE[prev] = 1
end
