license "GPL"
PROGS = prog_array(xdp)
A = array(:u64, 8)
P = array_of_maps(histogram(:log2))                   # error: [inner-map]
Q = hash_of_maps(:u32 => prog_array(xdp))             # error: [inner-map]
R = array_of_maps(hash(:u32 => :u64, pin: "x"))       # error: [inner-map]
S = array_of_maps(array(:u64, 8), 0 => A, 0 => A)     # error: [inner-map]
T = array_of_maps(array(:u64, 8), 0 => LATER)         # error: [inner-map]
U = array_of_maps(:u64, 8)                            # error: [map-form]
V = array_of_maps                                     # error: [map-form]
W = array_of_maps(array_of_maps(array(:u64, 8)))      # error: [inner-map]
X = array_of_maps(array(:u64, 8), 5000 => A)          # error: [inner-map]
Y = array_of_maps(array(:u64, 8), size: 1, 1 => A)    # error: [program-slot]
syscall "getpid" do
end
