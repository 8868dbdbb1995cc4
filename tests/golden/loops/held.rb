# options: kernel=6.4
license "GPL"
class Found
  attr :turns, :u64
end
FOUND = ringbuf Found
LIMITS = hash(:u32 => :u64)
$n = 0
def root(n)
  r = 0
  r += 1 while (r + 1) * (r + 1) <= n
  r
end
syscall "getpid" do
  FOUND.reserve do |e|
    LIMITS.each { |k, v| v.times { |i| $n += i } }
    e.turns = root($n)
  end
end
