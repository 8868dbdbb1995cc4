license "GPL"
PROGS = prog_array(xdp, 0 => :one, 2 => :two)
STACKS = stack_traces
DEVS = devmap 64
xdp name: :one, attach: false do |pkt|
  :drop
end
xdp name: :two, attach: false do |pkt|
  :pass
end
xdp do |pkt|
  tail_call PROGS, pkt.ingress_ifindex
  tail_call PROGS, 2
  :aborted
end
