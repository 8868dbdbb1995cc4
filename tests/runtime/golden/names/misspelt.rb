license "GPL"

class Call
  attr :who,  :u64
  attr :comm, [:char, 16]
  def shown = "#{comm}: #{who}"
end

COUNTS = hash default: 0
CALLS  = ringbuf Call

# What both halves call has words of the kernel half in it only if the user half does not call it.
def both(x) = x + tid # error: [user-name] `tid` is a word of the kernel half
def kernel_alone(x) = x + pid
def never_called = there_is_no_such_thing

syscall "getpgid" do |who|
  COUNTS[both(who) + kernel_alone(who)] += 1
  CALLS << Call.new(who: who, comm: comm)
end

total = 0

def add(call)
  call.who + total # error: [user-local] `total`
end

CALLS.each do |call|
  prnt call.shwon # error: [user-name] `prnt` # error: [user-method] `shwon`
  puts call.whoo, call.comm.upcse # error: [user-method] `whoo` # error: [user-method] `upcse`
  puts COUNTS.map(&:frist).sort_by { |_, n| -n }.frst(5) # error: [user-method] `frist` # error: [user-method] `frst`
  total += both(add(call))
  puts totl # error: [user-name] `totl`
  puts pid, uid # error: [user-name] `pid` is a word # error: [user-name] `uid` is a word
end
puts COUNT.size, Proces.pid, Math.squareroot(4) # error: [user-constant] `COUNT` # error: [user-constant] # error: [user-method] `Math`
puts Math::PII # error: [user-constant] `PII`
