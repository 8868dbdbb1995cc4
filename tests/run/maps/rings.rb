# runs: 1 2 3 4
license "GPL"
class Event
  attr :tag, :u8
  attr :n, :u32
  attr :text, [:char, 7]
end
R = ringbuf Event
$sent = 0
def tag_of(n) = n * 3
raw_tracepoint "sys_enter" do |regs, id|
  R.reserve do |e|
    next if id == 2
    e.n = id
    e.tag = tag_of(id)
    e.text = id > 2 ? "three" : "one or two"
  end
  $sent += 1 if R << Event.new(n: id, text: "t")
end
