license "GPL"

R = lpm_trie

tracepoint "sched:sched_switch" do |sw|
  R[pid] = 1  # error: [lpm-key]
end
