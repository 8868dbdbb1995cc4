license "GPL"
class Head
  attr :kind, :u32
end
xdp do |packet|
  dynptr_from_mem(comm)  # error: [dynptr-memory]
  d = bpf_dynptr_from_xdp
  d.length  # error: [dynptr-method]
  d.at(0, "struct iphdr")  # error: [dynptr-struct]
  d.at(packet, Head)  # error: [helper-argument]
  d.read(0, Head).kind  # error: [maybe-nil]
  if v = d.at(0, Head)
    v.kind = 4  # error: [view-write]
    v.kind += 4  # error: [view-write]
  end
  bpf_dynptr_size(packet)  # error: [helper-argument] a dynptr
  dynptr_data(d, 4)  # error: [dynptr-struct]
  :pass
end
