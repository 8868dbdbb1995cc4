license "GPL"

M = hash(:u32 => :u64)

def count(m)
  m
end

tracepoint "sched:sched_switch" do |sw|
  count(M)  # error: [map-as-value]
end
