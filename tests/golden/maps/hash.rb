license "GPL"
COUNTS = hash default: 0
LAST = hash
IDX = array(:u64, 16)
PAIRS = hash([:u32, [:char, 16]] => :u32)
BOTH = hash
syscall "kill" do |other, number|
  COUNTS[pid] += 1
  COUNTS[pid] -= 1 if pid == 0
  LAST[other] = nsecs
  if v = LAST[other]
    d = nsecs - v
    IDX[d & 15] += 1
    IDX[d] += 1
    PAIRS[pid, comm] = d
  end
  BOTH[pid, comm] = cpu
  x = BOTH[pid, "swapper"] || 5
  y = LAST.fetch(3, 7)
  LAST.delete(4)
  z = LAST.delete(pid)
  LAST[pid] ||= 5
  printk "%d", x + y if LAST.key?(7) && IDX[3] > 4
end
