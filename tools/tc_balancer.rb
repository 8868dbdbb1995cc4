# A load balancer for one TCP or UDP service. It sits on the interface where the clients are: what they send to the service
# goes on to one of the backends that stand behind the options, and what those answer comes back as if from the service itself.
#
#   rucy run tc_balancer.rb --interface eth0 --vip 10.0.0.1 --port 80 -- 10.0.1.7:8080 10.0.2.7:8080
#
# The machine must route between the clients and the backends (sysctl net.ipv4.ip_forward=1).

license "GPL"

IP = 14                                      # where the IPv4 header begins

VIP      = option :vip,  :ip4, default: "10.0.0.1", desc: "the address of the service"
PORT     = option :port, :u16, default: 80, desc: "its port"
BACKENDS = ARGV.size

class Backend
  attr :address, :ip4
  attr :port,    :be16
  attr :packets, :u64
end

class Flow
  attr :protocol, :u8
  attr :client,   :ip4
  attr :cport,    :be16
  attr :backend,  :ip4
  attr :bport,    :be16
end

POOL  = array(Backend, 64)
FLOWS = lru_hash(Flow => :u64, size: 16_384) # what has gone to a backend, and when last

# With a tag in front of it the header would stand elsewhere than at IP.
def ipv4_of(packet)
  eth = packet.eth
  eth && eth.h_proto == ETH_P_IP ? packet.ipv4 : nil
end

# TCP and UDP have their ports at the same place.
def ports_of(packet, ip)
  return nil unless ip.protocol == IPPROTO_TCP || ip.protocol == IPPROTO_UDP
  return nil unless ntohs(ip.frag_off) & 0x1fff == 0        # a later fragment has none
  packet.at("struct udphdr", IP + ip.ihl * 4)
end

# The checksums of a packet, of which an address and a port have changed.
def mend(tcp, header, old, new, old_port, new_port)
  check = IP + header + (tcp ? 16 : 6)
  flags = tcp ? 0 : BPF_F_MARK_MANGLED_0     # UDP without a checksum stays without
  l4_csum_replace(check, old, new, flags | BPF_F_PSEUDO_HDR | 4)
  l4_csum_replace(check, old_port, new_port, flags | 2)
  l3_csum_replace(IP + 10, old, new, 4)
end

tc_ingress do |packet|
  ip = ipv4_of(packet)
  next :ok unless ip && ip.daddr == VIP
  ports = ports_of(packet, ip)
  next :ok unless ports && ntohs(ports.dest) == PORT
  backend = POOL[(ntohl(ip.saddr) + ntohs(ports.source)) % BACKENDS]
  next :shot unless backend
  backend.packets += 1
  flow = Flow.new(protocol: ip.protocol, client: ip.saddr, cport: ports.source, backend: backend.address, bport: backend.port)
  FLOWS[flow] = nsecs
  old_port = ports.dest
  ip.daddr = flow.backend
  ports.dest = flow.bport
  mend ip.protocol == IPPROTO_TCP, ip.ihl * 4, VIP, flow.backend, old_port, flow.bport
  :ok
end

tc_egress do |packet|
  ip = ipv4_of(packet)
  next :ok unless ip
  ports = ports_of(packet, ip)
  next :ok unless ports
  flow = Flow.new(protocol: ip.protocol, client: ip.daddr, cport: ports.dest, backend: ip.saddr, bport: ports.source)
  next :ok unless FLOWS.key?(flow)
  ip.saddr = VIP
  ports.source = htons(PORT)
  mend ip.protocol == IPPROTO_TCP, ip.ihl * 4, flow.backend, VIP, flow.bport, htons(PORT)
  :ok
end

abort "name 1 to 64 backends, such as 10.0.1.7:8080" unless BACKENDS.between?(1, 64)

ARGV.each_with_index do |backend, i|
  address, port = backend.split(":")
  abort "`#{backend}` is no backend; one is 10.0.1.7:8080" unless port
  POOL[i] = Backend.new(address: address, port: Integer(port))
end

top do
  flows = FLOWS.keys.map { |flow| addr(flow.backend, flow.bport) }.tally
  table POOL.first(BACKENDS).map { |b|
    name = addr(b.address, b.port)
    { backend: name, packets: b.packets, flows: flows.fetch(name, 0) }
  }
end
wait
