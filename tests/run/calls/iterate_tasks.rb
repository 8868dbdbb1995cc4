# bpf_iter_task goes through processes, or the threads of one: only in an RCU read section, which a program that may sleep opens.
# $found == pid
# $threads == 1
# $some > 1
# $parent == ppid
# $same == ppid
license "GPL"
$found = 0
$threads = 0
$some = 0
$parent = 0
$same = 0
BPF_TASK_ITER_ALL_PROCS = 0
BPF_TASK_ITER_PROC_THREADS = 2
section! "syscall"
def run(ctx)
  me = pid
  some = 0
  $found = rcu_read_lock do
    found = 0
    iter_task(nil, BPF_TASK_ITER_ALL_PROCS) do |task|
      some += 1
      next unless task.tgid == me
      found = task.pid
      $parent = task.real_parent.tgid
      parent = task.real_parent
      next unless parent
      if held = bpf_task_acquire(parent)
        $same = held.tgid
        bpf_task_release(held)
      end
    end
    found
  end
  $some = some
  threads = 0
  bpf_rcu_read_lock do
    bpf_iter_task(current_task, BPF_TASK_ITER_PROC_THREADS) { |task| threads += 1 }
  end
  $threads = threads
  0
end
