# bpf_iter_css: the cgroups below one, and bpf_cgroup_from_id, which finds it.
# $found == $id
# $below >= 1
# $level == 0
license "GPL"
$id = 0
$found = 0
$below = 0
$level = -1
BPF_CGROUP_ITER_DESCENDANTS_PRE = 2
section! "syscall"
def run(ctx)
  $id = 1
  if cgroup = bpf_cgroup_from_id(1)
    $found = cgroup.kn.id
    $level = cgroup.level
    below = 0
    rcu_read_lock do
      iter_css(cgroup.self, BPF_CGROUP_ITER_DESCENDANTS_PRE) { |css| below += 1 }
    end
    $below = below
    bpf_cgroup_release(cgroup)
  end
  0
end
