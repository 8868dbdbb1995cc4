license "GPL"
SIZES = hash(:u32 => :u64)
PAIRS = hash([:u32, :u32] => :u64)
TREE = lpm_trie(:ip4 => :u32)
syscall "getpid" do
  printk "%d", SIZES.count      # error: [map-count]
  printk "x" if SIZES.empty?    # error: [map-count]
  printk "%d", SIZES.sum        # error: [each-block]
  SIZES.each_key                # error: [each-block]
  printk "%d", TREE.count { |k, v| v == 1 }   # error: [map-count]
  SIZES.count { |k, v| v }      # error: [integer-condition]
  PAIRS.fetch([1, 2]) { |k| k }   # error: [array-element]
end
