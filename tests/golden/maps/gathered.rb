# Walks that gather, and a block for what is not there: `each` and a test, and nothing more.
license "GPL"
SIZES = hash(:u32 => :u64)
PAIRS = hash([:u32, [:char, 16]] => :u64)
syscall "getpid" do
  large = SIZES.count { |key, size| size > 100 }
  printk "%d", large if SIZES.any? { |key, size| key == pid }
  size = PAIRS.fetch([pid, comm]) { |id, name| id + name.size }
  printk "%d", size
end
