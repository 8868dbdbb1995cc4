license "GPL"

SEEN  = hash(:u32 => :u64)
ENDED = hash(:u32 => :u64)
$kept = 0

tp_btf "sched_process_exit" do
  SEEN.each { |id, count| ENDED.delete(id) }               # the key of the walk, where it lies
  SEEN.each { |id, count| $kept += 1 if ENDED[id + 1] }    # another one
end
