# options: kernel=5.10
license "GPL"
$n = 0
$steps = 0
xdp do |packet|
  x = $n
  steps = 0
  while x > 1
    x = x.even? ? x / 2 : 3 * x + 1
    steps += 1
  end
  $steps = steps
  :drop
end
