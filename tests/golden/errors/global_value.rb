license "GPL"

class Conf
  attr :limit, :u8
  attr :name, [:char, 8]
end

class State
  attr :guard, :spin_lock
end

$ratio = 1.5  # error: [global-type]
$words = { "a" => 1 }  # error: [global-type]
$mixed = [1, "two"]  # error: [global-elements]
$large = Conf.new(limit: 300)  # error: [stored-too-large]
$typo = Conf.new(limits: 3)  # error: [no-struct-field]
$kind = Conf.new(limit: "3")  # error: [stored-type]
$same = [Conf.new] * 4  # error: [global-shared]
$again = Array.new(4, Conf.new)  # error: [global-shared]
$state = State.new  # error: [object-map]
$list = [1, 2]
$pair = [[1, 2], [3]]  # error: [global-elements]

socket_filter do |packet|
  $large.limit = packet.len
  $typo.limit = 1
  $kind.limit = 1
  $same[0].limit = 1
  $again[0].limit = 1
  $state = State.new  # error: [object-map]
  $list = 3  # error: [variable-types]
  $list[5] = 1  # error: [index-outside]
  $list[0] *= 2  # error: [map-operator]
  $list[packet.len] + 1  # error: [maybe-nil]
  $ratio + $words + $mixed[0] + $pair[0][0]
end
