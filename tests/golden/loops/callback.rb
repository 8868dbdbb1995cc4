# options: kernel=5.17
license "MIT"
$n = 0
$steps = 0
syscall "getpid" do
  x = $n
  steps = 0
  while x > 1
    x = x.even? ? x / 2 : 3 * x + 1
    steps += 1
    next if steps > $n
  end
  $steps = steps
end
