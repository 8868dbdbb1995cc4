# runs: 1 2 3 5 7 2
license "GPL"
class Line
  attr :n, :u32
  attr :text, [:char, 1200]
  attr :tail, :u16
end

SEEN = hash(:u32 => Line)
TEXTS = hash(:u32 => [:char, 900])
LINES = ringbuf Line, size: 65_536
$size = 0
$ends = 0
$same = 0
$kept = 0
$byte = 0
$left = 0

def unless_odd(text, id)
  return nil if id & 1 == 1
  text
end

raw_tracepoint "sys_enter" do |regs, id|
  line = Line.new(n: id, text: "a line of some length, to be read again", tail: 7)
  text = line.text
  other = text
  other = "another" if id == 2
  $size = text.size * 100 + other.size
  $ends += 1 if text.end_with?("again")
  $ends += 10 if other.end_with?("other")
  $ends += 100 if text.end_with?("a line of some length, to be read again") && !text.end_with?("z a line of some length, to be read again")
  $same += 1 if text == other
  $same += 10 if text.start_with?("a line")
  SEEN[id] = line
  if kept = SEEN[2]
    $kept = kept.text == other ? 1 : kept.text == text ? 2 : 3
    kept.text = other
  end
  TEXTS[id & 1] = other
  TEXTS[2] = text
  $byte = text.getbyte(id) || 0
  again = TEXTS[2]
  $byte += again.getbyte(38 + id) || 5 if again && id < 3
  maybe = unless_odd(text, id)
  $left = maybe ? maybe.size : 3
  LINES << line
  empty = Line.new(text: text)
  empty.text = ""
  $left += empty.text.size
  LINES << Line.new(n: 2, text: other)
end
