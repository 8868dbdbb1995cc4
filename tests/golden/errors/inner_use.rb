license "GPL"
A = array(:u64, 8)
BY = array_of_maps(array(:u64, 8), 4, 0 => A)
QUEUES = hash_of_maps(:u32 => queue(:u64, 8))
KEEP = hash(:u32 => :u64)
$x = 0
syscall "getpid" do
  BY[cpu][3] += 1                  # error: [maybe-nil]
  BY[cpu] = A                      # error: [no-map-method]
  BY.each { |k, v| $x += 1 }       # error: [no-map-method]
  BY.delete(3)                     # error: [no-map-method]
  BY[9]                            # error: [map-index-outside]
  if q = QUEUES[pid]
    q[3]                           # error: [no-map-method]
    q.size                         # error: [map-count]
  end
  m = BY[1]
  KEEP[1] = m                      # error: [maybe-nil]
  next unless m
  KEEP[2] = m                      # error: [stored-type]
  $x = m                           # error: [global-type]
  m = QUEUES[1]                    # error: [variable-types]
  other = BY[2]
  next unless other
  puts other                       # error: [output-value]
end
