# A helper that hands over an object, and ones that fill memory of the program.
license "GPL"

class Tuple
  attr :saddr, :u32
  attr :daddr, :u32
  attr :sport, :be16
  attr :dport, :be16
end

class Head
  attr :bytes, [:u8, 8]
end

$found = 0
$port = 0
$first = 0

def count(sk)
  $found += 1 if sk.state == 10
  sk_release(sk)
end

tc_egress do |skb|
  next :ok unless skb.len == 60
  t = Tuple.new(saddr: 0x0100007f, daddr: 0x0100007f, sport: 1, dport: htons($port & 0xffff))
  if sk = sk_lookup_tcp(t, -1, 0)
    count(sk)
  end
  head = Head.new
  $first += head.bytes[0] if skb_load_bytes(0, head) == 0
  :ok
end
