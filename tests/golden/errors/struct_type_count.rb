license "GPL"

SLOTS = hash([:char, 0] => :u64)  # error: [type-count]

tracepoint "sched:sched_switch" do |event|
  SLOTS[comm] = 1
end
