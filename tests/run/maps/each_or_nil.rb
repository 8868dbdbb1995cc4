# runs: 1 2 3 4 7
license "GPL"
class E
  attr :n, :u64
  attr :s, [:char, 16]
end
M = hash(:u64 => E)
$found = 0
$made = 0
$element = 0
$cleared = 0
$inside = 0
$text = 0
$object = 0
$given = 0
$either = 0

def text_of(wanted)
  M.each { |k, e| return (e.n > 20 ? e.s : nil) if k == wanted }
  nil
end

def object_of(wanted)
  M.each { |k, e| return E.new(n: k + e.n, s: "new") if k == wanted }
  nil
end

def element_of(wanted)
  M.each { |k, e| return e if k == wanted }
  nil
end

def new_or_nil(wanted)
  M.each { |k, e| return (k == 2 ? E.new(n: k, s: "second") : nil) if k == wanted }
  nil
end

raw_tracepoint "sys_enter" do |regs, id|
  M[id] = E.new(n: id * 10, s: id == 3 ? "three" : "another")
  s = nil
  M.each { |k, e| s = e.s if k == 3 }
  $found = s ? s.size : 99
  o = nil
  M.each { |k, e| o = E.new(n: e.n + 1, s: "x") if k == id }
  $made = o.n * 100 + o.s.size if o
  f = nil
  M.each { |k, e| f = e if k == 2 }
  $element = f ? f.n : 77
  t = nil
  t = "here" if id > 1
  M.each { |k, e| t = nil if k == 4 }
  $cleared = t ? t.size : 55
  M.each do |k, e|
    g = nil
    M.each { |j, other| g = other.s if j == k && j == 3 }
    $inside += g.size if g
  end
  if r = text_of(3)
    $text = r.size
  end
  $text += 100 if text_of(99).nil?
  if q = object_of(id)
    $object = q.n * 100 + q.s.size
  end
  if h = element_of(id)
    h.n += 1
    $given = h.n
  end
  if w = new_or_nil(2)
    $either = w.n * 100 + w.s.size
  end
  $either += 1000 if new_or_nil(id).nil?
end
