license "GPL"

H = histogram(:log2)

tracepoint "sched:sched_switch" do |sw|
  H.print  # error: [no-map-method]
end
