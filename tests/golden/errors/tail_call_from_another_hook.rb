license "GPL"

P = prog_array(xdp, 0 => :one)

xdp name: :one, attach: false do |pkt|
  :pass
end

tc_ingress do |pkt|
  tail_call P, 0  # error: [tail-call]
  :ok
end
