license "GPL"
class Event
  attr :pid, :u32
end
H = hash(:u32 => :u64, default: 0)
A = array(:u64, 8)
Q = queue(:u64, 8)
B = bloom_filter(:u64, 8)
R = ringbuf Event
T = lpm_trie(:ip4 => :u64)
K = task_storage(:u64)
M = array_of_maps(array(:u64, 8), 2)
D = devmap(8)
X = xskmap(8)
S = sockmap(8)
C = cpumap(8)
G = cgroup_array(8)
P = reuseport_sockarray(8)
E = perf_event_array
F = stack_traces
O = prog_array(xdp)
syscall "getpid" do
  H.push 3                          # error: [no-map-method]
  H.pop                             # error: [no-map-method]
  A << 3                            # error: [no-map-method]
  A.pop                             # error: [no-map-method]
  A.delete(1)                       # error: [array-delete]
  Q[1] = 2                          # error: [no-map-method]
  Q.each { |k, v| p k }             # error: [no-map-method]
  Q[1] += 2                         # error: [no-map-update]
  B[1]                              # error: [no-map-method]
  B.delete(1)                       # error: [no-map-method]
  R.pop                             # error: [no-map-method]
  R.each { |e, f| p e }             # error: [no-map-method]
  T.each { |k, v| p v }             # error: [no-map-method]
  K.each { |k, v| p v }             # error: [no-map-method]
  M[1] = A                          # error: [no-map-method]
  M.each { |k, v| p k }             # error: [no-map-method]
  M.fetch(1, A)                     # error: [no-map-method]
  M[1] += 1                         # error: [no-map-update]
  D[1] = 2                          # error: [no-map-method]
  D[1] += 2                         # error: [no-map-update]
  D.each { |k, v| p k }             # error: [no-map-method]
  X[1]                              # error: [no-map-method]
  S[1] = 2                          # error: [socket-put]
  S.key?(1)                         # error: [no-map-method]
  S.each { |k, v| p k }             # error: [no-map-method]
  x = S.delete(1)                   # error: [socket-taken]
  C[1]                              # error: [no-map-method]
  G[1]                              # error: [no-map-method]
  P[1]                              # error: [no-map-method]
  E[1]                              # error: [no-map-method]
  F[1]                              # error: [no-map-method]
  O[1]                              # error: [no-map-method]
  H.size                            # error: [map-count]
  H.empty?                          # error: [map-count]
  H.lenght                          # error: [no-map-method]
  Q.psh 3                           # error: [no-map-method]
  G.whatever                        # error: [no-map-method]
end
