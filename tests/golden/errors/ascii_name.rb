license "GPL"
class Evénement                         # error: [ascii-name]
  attr :pid, :u32
  attr :durée, :u64                     # error: [ascii-name]
end
CAFÉ = hash(:u32 => :u64, default: 0)   # error: [ascii-name]
$été = 0
def double_é(x) = x * 2
syscall "getpid" do
  été = double_é(cpu)
  CAFÉ[pid] += été
  $été += 1                             # error: [ascii-name]
  puts "$é #{été}"
end
