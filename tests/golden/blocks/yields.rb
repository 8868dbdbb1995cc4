license "GPL"

PORTS = [22, 80, 443]

$hits = 0

def each_port
  PORTS.each { |port| yield port }
  nil
end

def known?(port) = each_port { |known| return true if known == port } || false

def with_tcp(packet)
  tcp = packet.tcp
  return :pass unless tcp
  yield tcp, ntohs(tcp.dest)
end

xdp do |packet|
  with_tcp(packet) do |tcp, port|
    next :pass unless known?(port)
    $hits += 1
    tcp.syn == 1 ? :drop : :pass
  end
end
