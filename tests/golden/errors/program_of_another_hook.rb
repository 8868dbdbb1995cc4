license "GPL"

P = prog_array(tc_ingress, 0 => :one)  # error: [program-hook]

xdp name: :one, attach: false do |pkt|
  :pass
end

tc_ingress do |pkt|
  tail_call P, 0
  :ok
end
