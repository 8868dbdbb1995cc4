license "GPL"

M = hash(:u32 => :u64)

tc_ingress do |packet|
  bpf_loop(10)  # error: [helper-block]
  bpf_loop(10) { |a, b| M[a] = b }  # error: [helper-block]
  bpf_loop("10") { |i| M[i] = 1 }  # error: [helper-argument]
  for_each_map_elem(10) { |k, v| M[k] = 1 }  # error: [helper-block]
  bpf_loop(10) { |i| M[i] = packet.len }
  bpf_loop(10) { |i| M[i] = packet.size }  # error: [packet-in-block]
  :ok
end
