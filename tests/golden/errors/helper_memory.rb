license "GPL"
class Short
  attr :bytes, [:u8, 16]
end
xdp do |packet|
  tcp_raw_gen_syncookie_ipv4(Short.new, Short.new, 16)  # error: [helper-memory] exactly 20 bytes
  :pass
end
