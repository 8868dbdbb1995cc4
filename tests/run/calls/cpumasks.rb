# bpf_cpumask_*: a struct bpf_cpumask stands where a struct cpumask is wanted.
# $first == 0
# $weight == 1
# $both == 1
# $there and not $absent
# $all
license "GPL"
$first = -1
$weight = 0
$both = 0
$there = false
$absent = true
$all = false
section! "syscall"
def run(ctx)
  if mask = bpf_cpumask_create
    if other = bpf_cpumask_create
      bpf_cpumask_set_cpu(0, mask)
      cpumask_setall(other)
      $first = bpf_cpumask_first(mask)
      $weight = bpf_cpumask_weight(mask)
      $there = bpf_cpumask_test_cpu(0, mask)
      $all = rcu_read_lock { bpf_cpumask_subset(mask, other) }
      bpf_cpumask_and(other, other, mask)
      $both = bpf_cpumask_weight(other)
      bpf_cpumask_clear(mask)
      $absent = bpf_cpumask_test_cpu(0, mask)
      bpf_cpumask_release(other)
    end
    bpf_cpumask_release(mask)
  end
  0
end
