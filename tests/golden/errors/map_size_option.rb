license "GPL"

NAME = option :name, :string
SIZE = option :entries, :u32, default: 0
GOOD = option :good, :u32, default: 100
A = hash(:u32 => :u64, size: NAME)                   # error: [map-size]
B = hash(:u32 => :u64, size: SIZE)                   # error: [map-size]
C = array_of_maps(array(:u64, GOOD))                 # error: [map-size]
D = prog_array(xdp, size: GOOD)                      # error: [map-size]
E = array(:u64, GOOD)
SUM = histogram(:log2, size: GOOD)                   # error: [map-size]

tracepoint "sched:sched_switch" do |sw|
  printk "%d", E.size                                # error: [map-count]
  printk "%d", E[3]                                  # error: [maybe-nil]
end
