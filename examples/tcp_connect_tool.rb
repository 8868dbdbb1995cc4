# Each TCP connection that this machine opens, and at the end which processes opened the most.
#
#   rucy build tcp_connect_tool.rb -o connects
#   ./connects --port 443

license "GPL"

class Connect
  attr :pid,  :u32
  attr :port, :u16
  attr :comm, [:char, 16]
end

PORT     = option :port, :u16, desc: "only this remote port"
CONNECTS = ringbuf Connect
COUNTS   = hash default: 0

kprobe "tcp_connect" do |sk|
  port = ntohs(sk.__sk_common.skc_dport)
  next if PORT && port != PORT
  COUNTS[pid] += 1
  CONNECTS << Connect.new(pid: pid, port: port, comm: comm)
end

at_exit { COUNTS.sort_by { |_, n| -n }.first(5).each { |pid, n| puts "#{pid} #{n}" } }
puts "PID     COMM             PORT"
CONNECTS.each { |c| printf "%-7d %-16s %d\n", c.pid, c.comm, c.port }
