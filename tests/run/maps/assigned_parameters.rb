# runs: 0 1 2
license "GPL"
S = hash([:char, 8] => :i64, default: 0)
$size = 0
$other = 0

def named(text = "seven77", n: 0)
  text = "a" if n == 1
  text = comm_of(n) if n == 2
  S[text] += 1
  text.size
end

def comm_of(n) = n > 1 ? "two" : "else"

def maybe(text, n)
  text = nil if n == 2
  text ||= "none"
  text.size
end

raw_tracepoint "sys_enter" do |regs, id|
  $size = named("eight_8_", n: id)
  $other = named(n: id) * 100 + maybe(id > 0 ? "x" : nil, id)
end
