license "GPL"
COUNTS = hash(:u32 => :u64)
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
end
