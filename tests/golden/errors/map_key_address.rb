license "GPL"

SEEN  = hash default: 0
NAMED = hash(:u64 => :u64, default: 0)

tracepoint "tcp:tcp_probe" do |e|
  SEEN[e.saddr] += 1                    # error: [map-key-array]
  NAMED[current_task.cpus_mask.bits] += 1  # error: [map-key-array]
  puts e.saddr                          # error: [output-value]
end
