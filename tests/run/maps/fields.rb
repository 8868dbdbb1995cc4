# runs: 1 2 3 4 -6
license "GPL"
class E
  attr :tag, :u8
  attr :name, [:char, 7]
  attr :long, [:char, 21]
  attr :flag, :bool
  attr :list, [:i32, 5]
  attr :wide, :i64
end
M = hash(:u64 => E)
BY_NAME = hash([:char, 7] => :u64, default: 0)
OUT = ringbuf E
$hits = 0
$size = 0
$list = 0
$flag = 0
$neg = 0
$long = 0
raw_tracepoint "sys_enter" do |regs, id|
  e = E.new(tag: id, name: "exactly", long: "", flag: id.odd?, wide: -id)
  e.name = "sixsix" if id == 2
  e.long = id == 3 ? "twenty characters!!!" : "s"
  $hits += 1 if e.name == "exactl"
  $hits += 10 if e.name == "exactly"
  $hits += 100 if e.name.start_with?("six")
  $hits += 1000 if e.name.start_with?("")
  $hits += 10_000 if e.long == "twenty characters!!!"
  $hits += 100_000 if e.long == "twenty characters!!"
  $hits += 1_000_000 if e.name == e.long
  $size = e.long.size
  BY_NAME[e.name] += 1
  e.list[id & 1] = -id
  e.list[-1] = 7
  i = id % 5
  e.list[i] -= 2
  e.list[2] *= 3
  $list = e.list[i]
  $list += e.list[id] || 100
  $flag = e.flag ? 1 : 2
  $neg = e.wide
  M[id] = e
  if k = M[1]
    k.flag = !k.flag
    k.list[i] += 5
    k.name = e.name
    $long = k.long == "s" ? 1 : 2
    $long += 5 if k.name == "sixsix"
    OUT << k
  end
  OUT << E.new(name: e.name, long: "a text that is much longer than it may be", flag: true)
end
