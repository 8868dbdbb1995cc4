# bpf_iter_num: every way out of the block destroys the iterator, or the verifier would refuse.
# $all == 45
# $some == 0 + 1 + 2 + 4 + 5
# $first == 4
# $none == 0
# $nested == 9
# $over == 3
# $lowest == -3
license "GPL"
$all = 0
$some = 0
$first = 0
$none = 0
$nested = 0
$over = 0
$lowest = 0
def first_above(limit)
  bpf_iter_num(0, 100) { |i| return i if i > limit }
  0
end
section! "syscall"
def run(ctx)
  sum = 0
  bpf_iter_num(0, 10) { |i| sum += i }
  $all = sum
  sum = 0
  iter_num(0, 10) do |i|
    next if i == 3
    break if i == 6
    sum += i
  end
  $some = sum
  $first = first_above(3)
  $none = first_above(100)
  count = 0
  bpf_iter_num(0, 3) { |a| bpf_iter_num(0, 3) { count += 1 } }
  $nested = count
  over = 0
  lowest = 0
  bpf_iter_num(-3, 4) do |i|
    over += 1 if i > 0
    lowest = i if i < lowest
  end
  $over = over
  $lowest = lowest
  bpf_iter_num(0, 1_000_000) { |i| return 0 if i == 999_999 }
  1
end
