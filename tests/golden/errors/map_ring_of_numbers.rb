license "GPL"

R = ringbuf :u32  # error: [ring-record]

tracepoint "sched:sched_switch" do |sw|
  R << pid
end
