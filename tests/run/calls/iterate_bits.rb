# bpf_iter_bits: the numbers of the bits that are set in memory of the program.
# $sum == 0 + 2 + 63 + 64 + 65
# $count == 5
license "GPL"
class Words
  attr :words, [:u64, 2]
end
$sum = 0
$count = 0
section! "syscall"
def run(ctx)
  mask = Words.new
  mask.words[0] = (1 << 63) | 5
  mask.words[1] = 3
  sum = 0
  count = 0
  bpf_iter_bits(mask, 2) do |bit|
    sum += bit
    count += 1
  end
  $sum = sum
  $count = count
  0
end
