# Where the kernel may think that a count ran past its end, what is held there is given back.
license "GPL"
$n = 0
$sum = 0
xdp do |packet|
  bpf_iter_num(0, 4) do |turn|
    ($n & 7).times { |i| $sum += i + turn }
  end
  :pass
end
