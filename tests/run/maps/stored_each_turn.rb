# runs: 1 2 3
license "GPL"
class E
  attr :n, :u32
  attr :name, [:char, 6]
end
R = ringbuf E
H = hash(:u32 => E, size: 8)
LAST = queue(E, 20)
$sum = 0
raw_tracepoint "sys_enter" do |regs, id|
  i = 0
  while i < 3
    i += 1
    R.reserve do |e|
      e.n = i * id
      e.name = "turn"
      R << e
    end
  end
  H[id] = E.new(n: id)
  2.times do
    H.each do |k, e|
      e.n += k
      $sum += e.n
      LAST << e if k == 1
    end
  end
end
