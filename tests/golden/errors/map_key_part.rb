license "GPL"

M = hash([:u32, :u64] => :u64)

tracepoint "sched:sched_switch" do |sw|
  M.each { |k, v| printk "%d", k[2] }  # error: [key-part]
end
