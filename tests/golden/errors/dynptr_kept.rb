license "GPL"
class Head
  attr :kind, :u32
end
RING = ringbuf
section! "syscall"
def one(ctx)
  a = ringbuf_reserve_dynptr(RING, 24)  # error: [reference-kept]
  return 0 if pid == 3
  a.write(0, Head.new(kind: 1))
  ringbuf_submit_dynptr(a)
  a.write(0, Head.new(kind: 1))  # error: [reference-gone]
  0
end
section! "syscall"
def two(ctx)
  b = ringbuf_reserve_dynptr(RING, 24)
  ringbuf_submit_dynptr(b)
  ringbuf_submit_dynptr(b)  # error: [reference-gone]
  c = ringbuf_reserve_dynptr(RING, 24)
  h = c.at(0, Head)
  ringbuf_discard_dynptr(c)
  h.kind = 4 if h  # error: [reference-gone]
  0
end
xdp do |packet|
  d = bpf_dynptr_from_xdp
  ringbuf_submit_dynptr(d)  # error: [reference-foreign]
  :pass
end
