# TCP connections that end: between which addresses, how long they lived, and how many bytes went each way.
#
#   rucy run tcplife.rb
#   rucy run tcplife.rb --port 443

license "GPL"

PORT = option :port, :u16, desc: "only this remote port"

class Owner
  attr :pid,  :u32
  attr :comm, [:char, 16]
end

class Life
  attr :pid,    :u32
  attr :comm,   [:char, 16]
  attr :family, :u16
  attr :lport,  :u16
  attr :rport,  :u16
  attr :local,  :ip4
  attr :remote, :ip4
  attr :local6,  :ip6
  attr :remote6, :ip6
  attr :rx,     :u64
  attr :tx,     :u64
  attr :us,     :u64
end

BIRTHS = hash(:u64 => :u64)                  # socket → since when
OWNERS = hash(:u64 => Owner)
LIVES  = ringbuf Life

tp_btf "inet_sock_set_state" do |sk, oldstate, newstate|
  next unless sk.sk_protocol == IPPROTO_TCP
  common = sk.__sk_common
  next if PORT && ntohs(common.skc_dport) != PORT

  BIRTHS[sk] = nsecs if newstate < TCP_FIN_WAIT1
  # In these states the process that owns the socket is the one that runs; in others it may be any.
  OWNERS[sk] = Owner.new(pid: pid, comm: comm) if newstate == TCP_SYN_SENT || newstate == TCP_LAST_ACK
  next unless newstate == TCP_CLOSE

  birth = BIRTHS.delete(sk)
  next unless birth
  tcp = sk.as("struct tcp_sock")
  LIVES.reserve do |life|
    if owner = OWNERS[sk]
      life.pid = owner.pid
      life.comm = owner.comm
    end
    life.family = common.skc_family
    life.lport = ntohs(sk.as("struct inet_sock").inet_sport)      # skc_num is 0 by now
    life.rport = ntohs(common.skc_dport)
    if common.skc_family == AF_INET
      life.local = common.skc_rcv_saddr
      life.remote = common.skc_daddr
    else
      life.local6 = common.skc_v6_rcv_saddr
      life.remote6 = common.skc_v6_daddr
    end
    life.rx = tcp.bytes_received
    life.tx = tcp.bytes_acked
    life.us = (nsecs - birth) / 1000
  end
  OWNERS.delete(sk)
end

lives = columns pid: "%-7d", comm: "%-16s", laddr: "%-15s", lport: "%5d", raddr: "%-15s", rport: "%5d", tx: "%10d", rx: "%10d", ms: "%10.2f"
LIVES.each do |e|
  local, remote = e.family == AF_INET ? [e.local, e.remote] : [e.local6, e.remote6]
  lives.row e.pid, e.comm, local, e.lport, remote, e.rport, e.tx, e.rx, e.us / 1000.0
end
