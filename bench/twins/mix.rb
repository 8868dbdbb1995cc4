license "GPL"

$seed = 1
$out = 0

socket_filter do |packet|
  x = $seed
  for i in 0...16
    x ^= x << 13
    x ^= x >> 7
    x ^= x << 17
    x += i
  end
  $out = x
  0
end
