# What is compared behind a loop is taken through memory, but not where it is a pointer, of which no xor can be made.
license "GPL"
$n = 0
tp_btf "sched_switch" do |preempt, prev, nxt|
  flag = prev.pid > 3
  $n += 1 if prev.comm == nxt.comm
  64.times { |i| 64.times { |j| $n += 1 if $n == j } }
  $n += 2 if prev.mm == nxt.mm && prev.parent == nxt.parent
  $n += 3 if flag
end
