# Text and addresses of arrays by an index that is surely inside: they are there, which the verifier of older kernels does not know.
license "GPL"

NAMES = array([:char, 16], 4)
WAYS  = array(:ip6, 8)
LAST  = percpu_array([:char, 16], 1)

$sizes = 0

tracepoint "sched:sched_process_exec" do |event|
  name = NAMES[1]
  LAST[0] = name
  $sizes += name.size + NAMES[cpu & 3].size
  $sizes += 1 if WAYS[2] == "fd00::1"
  puts LAST[0], WAYS[cpu & 7]
end
