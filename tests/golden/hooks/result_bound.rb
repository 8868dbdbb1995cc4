# A result that only arithmetic bounds: the verifier is shown it by a compare. A mask shows it by itself.
license "GPL"

cgroup_egress(name: :divided) { |packet| (packet.len % 6) / 3 }

cgroup_egress(name: :masked) { |packet| packet.len & 3 }
