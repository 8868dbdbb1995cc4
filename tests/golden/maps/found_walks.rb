# Found maps inside walks through maps, one in the other.
license "GPL"
class Slot
  attr :n, :u64
end
A = array(:u64, 8)
BY = array_of_maps(array(:u64, 8), 4, 0 => A)
ST = hash_of_maps(:u32 => hash(:u32 => Slot))
KEPT = hash(:u32 => :u64)
$x = 0
raw_tracepoint "sys_enter" do |regs, id|
  m = BY[id]
  s = ST[id]
  next unless m && s
  t = m
  KEPT.each do |k, v|
    m[k & 7] += v
    s.each do |kk, slot|
      m[kk & 7] += slot.n
      t[1] += 1
      next if kk == 3
      $x += s.key?(4) ? 1 : 0
      t = BY[1] || m
    end
  end
  if e = s[1]
    KEPT.each { |k, v| e.n += v }
  end
  $x += t[0]
  v = (m2 = BY[1]) && m2[id]
  $x = v if v
  case
  when (q = BY[2]) then q[0] = 1
  end
  r = BY[1]
  for i in 0...3
    break unless r
    r[i] = 2
    r = BY[i]
  end
end
