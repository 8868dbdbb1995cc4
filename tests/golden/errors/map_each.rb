license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M.each { |k| printk "%d", k }  # error: [each-block]
end

xdp do |packet|
  M.each do |k, v|  # error: [packet-in-block]
    next :drop if packet.size > v
  end
  :pass
end
