license "GPL"
$me = 0
tp_btf "sched_process_exit" do |task|
  other = bpf_task_from_pid($me)
  next unless other
  bpf_task_release(other)
  printk "%d", other.pid  # error: [reference-gone]
  bpf_task_release(other)  # error: [reference-gone]
end
tp_btf "sched_process_fork" do |parent, child|
  bpf_task_release(child) if child  # error: [reference-foreign]
end
