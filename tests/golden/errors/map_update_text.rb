license "GPL"

M = hash(:u32 => [:char, 16])
N = hash default: 0

tracepoint "sched:sched_switch" do |sw|
  N[pid] += comm  # error: [map-update-type]
end
