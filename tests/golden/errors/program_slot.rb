license "GPL"

P = prog_array(xdp, 0 => :one, 0 => :one)  # error: [program-slot]

xdp name: :one, attach: false do |pkt|
  :pass
end

xdp do |pkt|
  tail_call P, 0
  :pass
end
