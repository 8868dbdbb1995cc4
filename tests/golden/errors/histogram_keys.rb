license "GPL"

H = histogram(:log2)

tracepoint "sched:sched_switch" do |sw|
  H << pid
  H[comm] << pid  # error: [histogram-keys]
end
