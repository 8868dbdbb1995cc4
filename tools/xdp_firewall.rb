# A firewall in front of one interface: the networks that stand behind the options are shut, and no source gets more packets a
# second than allowed.
#
#   rucy run xdp_firewall.rb --interface eth0 --rate 1000 -- 10.77.0.0/24 fd77::/64

license "GPL"

RATE = option :rate, :u32, default: 100, desc: "packets that a source may send in a second"

class Source
  attr :since,   :u64
  attr :packets, :u64
end

SHUT    = lpm_trie(:ip4 => :u32, size: 1024)
SHUT6   = lpm_trie(:ip6 => :u32, size: 1024)
SOURCES = lru_hash(:ip4 => Source, size: 4096)
DROPPED = percpu_array(:u64, 4)

BY_PREFIX = 0
BY_RATE   = 1

xdp do |packet|
  if ip6 = packet.ipv6
    next :pass unless SHUT6[ip6.saddr]
    DROPPED[BY_PREFIX] += 1
    next :drop
  end
  ip = packet.ipv4
  next :pass unless ip
  if SHUT[ip.saddr]
    DROPPED[BY_PREFIX] += 1
    next :drop
  end
  now = nsecs
  source = SOURCES[ip.saddr]
  unless source
    SOURCES[ip.saddr] = Source.new(since: now, packets: 1)
    next :pass
  end
  if now - source.since >= 1_000_000_000     # another second begins
    source.since = now
    source.packets = 1
    next :pass
  end
  source.packets += 1
  next :pass if source.packets <= RATE
  DROPPED[BY_RATE] += 1
  :drop
end

ARGV.each { |network| (network.include?(":") ? SHUT6 : SHUT)[network] = 1 }

top do
  table [{ reason: "prefix", dropped: DROPPED[BY_PREFIX] }, { reason: "rate", dropped: DROPPED[BY_RATE] }]
end
wait
