# The numbers of a constant array: a few are unrolled, many are read by a counter, those of a loop in loops too.
FEW = [3, 1]
MANY = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7, 9, 5, 0, 2, 8, 8, 4, 1, 9, 7]
$n = 0
syscall "getpid" do
  n = $n
  FEW.each { |x| n += n / x }
  MANY.each { |x| n += x & 3; n ^= x if n & x > 2; n *= 3 if x == 7; n |= 9 if x == 5 }
  $n = n
end
