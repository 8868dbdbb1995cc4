license "GPL"

H = histogram(:linear, 100..0, 5)  # error: [linear-bounds]

tracepoint "sched:sched_switch" do |sw|
  H << pid
end
