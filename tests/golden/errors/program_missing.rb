license "GPL"

P = prog_array(xdp, 0 => :on)  # error: [no-program]

xdp name: :one, attach: false do |pkt|
  :pass
end

xdp do |pkt|
  tail_call P, 0
  :pass
end
