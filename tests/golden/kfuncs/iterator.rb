# An open-coded iterator: destroyed where the loop ends, and on each way out of it.
license "GPL"
$sum = 0
def first_above(limit)
  bpf_iter_num(0, 100) { |i| return i if i > limit }
  0
end
xdp do |packet|
  sum = first_above(7)
  bpf_iter_num(0, 10) do |i|
    next if i == 3
    break if i == 8
    sum += i
  end
  $sum = sum
  rcu_read_lock { $sum = 5 }
  :pass
end
