license "GPL"

H = histogram(:log2)

tracepoint "sched:sched_switch" do |sw|
  H[pid].print  # error: [histogram-call]
end
