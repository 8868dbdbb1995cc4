license "GPL"
A = hash(:u32 => :u64, flags: BPF_F_NO_PREALLOC | BPF_F_ZERO_SEED, default: 0)
B = array(:u64, 8, flags: BPF_F_MMAPABLE)
C = lru_hash(:u32 => :u64, flags: BPF_F_NO_COMMON_LRU)
syscall "getpid" do
  A[1] += 2
  B[1] = 2
  C[1] = 2
end
