# Tasks by number, their groups, references taken again; strings of the kernel's own functions.
# $found == pid
# $again == pid
# $none
# $under == 1
# $group == 1
# $length == 3
# $at == 1
# $equal == 0
# $parent == ppid
license "GPL"
$found = 0
$again = 0
$none = false
$under = 0
$group = 0
$length = 0
$at = 0
$equal = 1
$parent = 0
def hold(task)
  if again = bpf_task_acquire(task)
    $again = again.tgid
    bpf_task_release(again)
  end
end
section! "syscall"
def run(ctx)
  task = bpf_task_from_pid(pid)
  if task
    $found = task.tgid
    hold(task)
    $parent = task.real_parent.tgid
    if root = bpf_cgroup_from_id(1)
      $under = bpf_task_under_cgroup(task, root)
      if held = bpf_cgroup_acquire(root)
        $group = held.kn.id
        bpf_cgroup_release(held)
      end
      bpf_cgroup_release(root)
    end
    bpf_task_release(task)
  end
  gone = bpf_task_from_pid(1 << 30)
  if gone
    bpf_task_release(gone)
  else
    $none = true
  end
  $length = bpf_strlen("abc")
  $at = bpf_strchr("abc", ?b.ord)
  $equal = bpf_strcmp("abc", "abc")
  0
end
