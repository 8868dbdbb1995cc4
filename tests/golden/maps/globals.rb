license "GPL"

class Rule
  attr :low, :u16
  attr :high, :u16
end

class Conf
  attr :limit, :u32
  attr :name, [:char, 8]
  attr :rules, [Rule, 2]
  attr :from, :ip4
end

$conf = Conf.new(limit: 5, name: "abc", rules: [Rule.new(low: 1, high: 9)], from: 0x7f000001)
$hits = [0] * 4
$signed = [1, -2, 3]
$names = ["one", "three"]
$flags = [[true, false], [false, true]]
$rules = Array.new(4) { Rule.new(low: 7) }

xdp do |packet|
  $hits[packet.ingress_ifindex & 3] += 1
  $conf.limit -= 1 if $names[1] == $conf.name || $flags[1][0]
  $signed[0] = $conf.rules[0].high
  rule = $rules[packet.rx_queue_index]
  rule.high = 3 if rule
  :pass
end
