license "GPL"
COUNTS = hash(:u32 => :u64, default: 0)
SEEN = hash([:u32, :u32] => :u64)
MINE = percpu_array(:u64, 4)
syscall "getpid" do
  COUNTS[pid] = COUNTS[pid] * 3 + 1                 # error: [map-read-modify-write]
  SEEN[pid, uid] = (SEEN.fetch(pid, 0) || 0) + 1    # error: [map-key-parts]
  SEEN[pid, uid] = (SEEN[pid, uid] || 0) + 1        # error: [map-read-modify-write]
  COUNTS[pid] = COUNTS[uid] + 1
  MINE[1] = MINE[1] + 1
end
