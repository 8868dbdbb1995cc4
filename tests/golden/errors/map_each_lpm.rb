license "GPL"

M = lpm_trie(:ip4 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M.each { |k, v| printk "%d", v }  # error: [no-map-method]
end
