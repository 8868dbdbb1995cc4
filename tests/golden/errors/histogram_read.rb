license "GPL"

H = histogram(:log2)

tracepoint "sched:sched_switch" do |sw|
  x = H[pid]  # error: [histogram-read]
end
