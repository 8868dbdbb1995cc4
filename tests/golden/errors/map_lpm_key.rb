license "GPL"

R = lpm_trie(:u32 => :u64)  # error: [map-key-type]

tracepoint "sched:sched_switch" do |sw|
  R[pid] = 1
end
