# runs: 1 2 3 4 7
license "GPL"
class E
  attr :n, :u32
  attr :name, [:char, 12]
end
class Rec
  attr :a, :u64
  attr :text, [:char, 12]
end
A = hash(:u32 => :u64, default: 0)
B = hash(:u32 => E)
R = ringbuf Rec
$nested = 0
$first = 0
$text = 0
$kept = 0
$best = 0
$neg = 0

def name_of(wanted)
  B.each do |k, e|
    return e.name if k == wanted
  end
  "nobody"
end

def any_above?(least)
  B.each { |k, e| return true if e.n > least }
  false
end

raw_tracepoint "sys_enter" do |regs, id|
  A[id] += 1
  B[id] = E.new(n: id * 5, name: id == 3 ? "three" : "other")
  total = 0
  A.each do |k, v|
    inner = 0
    B.each do |j, e|
      next if j == k
      inner += e.n
    end
    total += inner * v
  end
  $nested = total
  found = 0
  B.each do |k, e|
    if k == 2
      found = e.n
      break
    end
  end
  $first = found
  $text = name_of(3).size * 100 + name_of(99).size
  $kept += 1 if any_above?(15)
  low = 0
  A.each { |k, v| low = -5 if k == 4 }
  $neg = low
  R.reserve do |r|
    r.a = id
    A.each do |k, v|
      r.a += v
      next if k != 1
      r.text = "seen one"
    end
  end
  ok = true
  B.each do |k, e|
    R << Rec.new(a: 1000 + id, text: "big") if e.n > 30
    ok = false if e.n > 30
  end
  next unless ok
  $best = id
end
