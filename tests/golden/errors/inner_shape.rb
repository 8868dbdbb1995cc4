license "GPL"
A = array(:u64, 9)
B = array(:u32, 8)
C = hash(:u32 => :u64)
D = hash(:u32 => :u64, size: 5)
E = hash(:u64 => :u64)
BY = array_of_maps(array(:u64, 8), 0 => A, 1 => B, 2 => C)  # error: [inner-shape]  # error: [inner-shape]  # error: [inner-shape]
HASHES = hash_of_maps(:u32 => hash(:u32 => :u64), 0 => D, 1 => E)  # error: [inner-shape]
LONG = hash_of_maps(:u64 => hash(:u32 => :u64), 0 => D)  # error: [inner-map]
syscall "getpid" do
end
