# Regions have a value, and are left by every way out; methods in them are called as elsewhere.
# $value == 7
# $early == 3
# $preempt == 25
# $irq == 1
# $both == 2
license "GPL"
$value = 0
$early = 0
$preempt = 0
$irq = 0
$both = 0
def square(x)
  x * x + $both
end
def early(limit)
  bpf_rcu_read_lock do
    bpf_iter_num(0, 10) { |i| return i if i == limit }
    9
  end
end
section! "syscall"
def run(ctx)
  $value = bpf_rcu_read_lock { pid > 0 ? 7 : 8 }
  $early = early(3)
  $preempt = bpf_preempt_disable { square(5) }
  bpf_local_irq_save do
    $irq = 1 if cpu < 10_000
  end
  preempt_disable { rcu_read_lock { $both = 2 } }
  0
end
