license "GPL"
fentry "filp_close" do |file|
  bpf_task_from_pid  # error: [helper-arguments]
  bpf_task_from_pid("init")  # error: [helper-argument]
  bpf_task_release(bpf_task_from_pid(1))  # error: [maybe-null]
  bpf_task_release(file)  # error: [helper-argument] struct task_struct
  bpf_copy_from_user_str(comm, file, 0)  # error: [needs-sleepable] # error: [helper-fills]
end
fentry "wake_up_process" do |task|
  next unless task
  own = bpf_task_acquire(task)  # error: [untrusted]
end
xdp do |pkt|
  bpf_cpumask_create  # error: [helper-not-here]
  :pass
end
