# runs: 1 2 3 2
license "GPL"
NAMES = hash([:char, 8] => :u64, default: 0)
TEXT = hash(:u32 => [:char, 12])
BOTH = hash([:u32, [:char, 5]] => :u32, default: 0)
$size = 0
$same = 0
$starts = 0
$gone = 0
$third = 0
raw_tracepoint "sys_enter" do |regs, id|
  name = id == 2 ? "two" : "a longer name"
  NAMES[name] += 1
  NAMES["two"] += 5
  TEXT[id] = name
  BOTH[id, name] += 1
  BOTH[id, "12345678"] += 1
  if t = TEXT[1]
    $size = t.size
    $same = t == "a longer na" ? 1 : 2
    $starts += 1 if t.start_with?("a long")
  end
  if (u = TEXT[3]) && u.end_with?("na")
    $third += 1
  end
  deleted = TEXT.delete(2)
  $gone = deleted.size if deleted
end
