license "GPL"
A = hash(:u32 => :u64, flags: BPF_F_NO_PREALLOC | BPF_F_ZERO_SEED)
B = array(:u64, 8, flags: BPF_F_MMAPABLE)
C = hash(:u32 => :u64, flags: "none")                    # error: [map-flags]
D = hash(:u32 => :u64, flags: BPF_F_RDONLY_PROG)         # error: [map-flags]
E = hash(:u32 => :u64, flags: BPF_F_NOTHING)             # error: [undefined-constant]
G = hash(:u32 => :u64, flags: 0)                         # error: [map-flags]
syscall "getpid" do
  A[1] = 2
  B[1] = 2
end
