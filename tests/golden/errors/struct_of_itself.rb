license "GPL"

class Node # error: [struct-of-itself]
  attr :x, :u32
  attr :next, Node
end
M = hash(:u32 => Node)

tracepoint "sched:sched_switch" do |sw|
  M.delete(1)
end
