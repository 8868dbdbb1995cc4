license "GPL"

M = hash(:u32 => :u64, pin: "/sys/fs/bpf/m")  # error: [map-pin]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
