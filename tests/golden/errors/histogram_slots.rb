license "GPL"

H = histogram(:linear, 0..1_000_000, 5)  # error: [linear-bounds]

tracepoint "sched:sched_switch" do |sw|
  H << pid
end
