# Records of any length in a ring: what a block leaves early is discarded, what has no room is dropped.
# $sent
# $early == false
# $none == false
# $held == 24
license "GPL"
class Head
  attr :kind, :u32
  attr :size, :u32
end
RING = ringbuf size: 4096
$sent = false
$early = true
$none = true
$held = 0
def discarded
  RING.reserve(64) { |d| return false if d.size == 64 }
  true
end
section! "syscall"
def run(ctx)
  name = comm
  $sent = RING.reserve(8 + name.size) do |d|
    d.write(0, Head.new(kind: 1, size: name.size))
    d.write(8, name)
    d.write(8, "0123456789012345")
  end
  $early = discarded
  $none = RING.reserve(1 << 20) { |d| $held = 1 }
  record = ringbuf_reserve_dynptr(RING, 24)
  $held = record.size
  record.write(0, Head.new(kind: 2, size: 16))
  ringbuf_submit_dynptr(record)
  0
end
