# Before Linux 6.3 the context takes no immediate: a constant goes through a register.
license "GPL"

tc_ingress do |packet|
  packet.mark = 7
  packet.cb[1] = 9
  packet.mark += 1
  :ok
end
