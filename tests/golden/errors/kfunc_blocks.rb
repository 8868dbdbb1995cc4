license "GPL"
section! "syscall"
def may_sleep(ctx)
  bpf_iter_task(nil, 0) { |task| next }  # error: [needs-rcu]
  bpf_iter_num(0, 10)  # error: [needs-block]
  bpf_iter_num(0, 10) { |i, j| next }  # error: [iterate-block]
  bpf_iter_num(0) { |i| next }  # error: [helper-arguments]
  bpf_iter_num(0, "x") { |i| next }  # error: [helper-argument]
  bpf_iter_num_next  # error: [part-of-block]
  bpf_rcu_read_unlock  # error: [part-of-block]
  bpf_rcu_read_lock  # error: [needs-block]
  bpf_rcu_read_lock { rcu_read_lock { pid } }  # error: [region-inside]
  bpf_preempt_disable { bpf_iter_kmem_cache { |cache| next } }  # error: [sleeps-inside]
  kept = rcu_read_lock { current_task.real_parent }
  0
end
tp_btf "sched_process_exit" do |task|
  bpf_iter_kmem_cache { |cache| next }  # error: [needs-sleepable]
  bpf_task_acquire(task.last_wakee)  # error: [maybe-null]
  if other = task.last_wakee
    bpf_task_acquire(other)  # error: [untrusted]
  end
  if first = bpf_task_acquire(task.group_leader)  # error: [maybe-null]
    bpf_task_release(first)
  end
end
