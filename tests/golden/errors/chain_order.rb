license "GPL"
COUNTS = hash(:u32 => :u64)
SIZES = histogram(:log2)
$seen = 0
def note(x)
  $seen += x
  x
end
syscall "getpgid" do
  total = 0
  [1, 2].map { |i| note(i) }.sum                                # once for each, whatever comes behind
  [1, 2].map { |i| note(i) }.any? { |i| i > 1 }                 # error: [chain-order]
  [1, 2].map { |i| i + total }.sum { |i| total += 1; i }        # error: [chain-order]
  [1, 2].select { |i| puts i; true }.sum { |i| puts i; i }      # error: [chain-order]
  [1, 2].map { |i| COUNTS[i] || 0 }.sum { |i| COUNTS[i] = i }   # error: [chain-order]
  [1, 2].map { |i| k = i; k += 1; k }.find { |i| i > 1 }        # what ends with the block is its own
  [1, 2].map { |i| COUNTS[i] = 1; i }.each { |i| return if i > 1 }  # error: [chain-order]
  [1, 2].map { |i| return if i > 1; i }.each { |i| puts i }     # error: [chain-order]
  [1, 2].map { |i| SIZES[i] << 5; i }.any? { |i| i > 1 }        # error: [chain-order]
  [3, 4].map { |i| [1, 2].map { |j| k = j; k * i }.sum }.any? { |i| i > 8 }  # a chain in a block: its variables are its own
end
