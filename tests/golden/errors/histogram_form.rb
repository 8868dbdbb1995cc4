license "GPL"

H = histogram(:log3)  # error: [map-form]

tracepoint "sched:sched_switch" do |sw|
  H << pid
end
