license "GPL"

M = hash(:u32 => :u64)

xdp do |pkt|
  tail_call M, 0  # error: [tail-call]
  :pass
end
