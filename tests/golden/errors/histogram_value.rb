license "GPL"

H = histogram(:log2)

tracepoint "sched:sched_switch" do |sw|
  H << comm  # error: [histogram-value]
end
