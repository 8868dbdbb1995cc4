# A dynptr over memory of a map: written and read by the kernel's functions, by methods, and in place.
# $size == 64
# $written == 0
# $outside < 0
# $read == 7
# $also == 7
# $name == "abc"
# $missing
# $in_place == 99
# $adjusted == 56
# $null
# $copied == 99
license "GPL"
class Pair
  attr :number, :u32
  attr :name, [:char, 12]
end
class Room
  attr :bytes, [:u8, 64]
end
ROOMS = array(Room, 1)
$size = 0
$written = -1
$outside = 0
$read = 0
$also = 0
$name = ""
$missing = false
$in_place = 0
$adjusted = 0
$null = false
$copied = 0
section! "syscall"
def run(ctx)
  room = ROOMS[0]
  d = dynptr_from_mem(room.bytes)
  $size = d.size
  pair = Pair.new(number: 7, name: "abc")
  $written = d.write(8, pair)
  $outside = bpf_dynptr_write(d, 60, pair)
  if found = d.read(8, Pair)
    $read = found.number
    $name = found.name
  end
  copy = Pair.new
  $also = copy.number if dynptr_read(copy, d, 8) == 0
  $missing = d.read(50, Pair).nil?
  if place = d.at(8, Pair)
    $also = place.number
    place.number = 99
  end
  if again = dynptr_data(d, 8, Pair)
    $in_place = again.number
  end
  clone = bpf_dynptr_clone(d)
  bpf_dynptr_adjust(clone, 8, 64)
  $adjusted = clone.size
  copied = clone.read(0, Pair)
  $copied = copied.number if copied
  $null = !bpf_dynptr_is_null(d)
  0
end
