# How much each read gives, by command; reads that fail are told at once.
#
#   rucy run read_sizes.rb --duration 10

license "GPL"

SIZES  = histogram(:log2)
TOTALS = stats

syscall_return "read" do |result|
  if result < 0
    printf "%-16s %7d cannot read: error %d\n", comm, pid, -result
    next
  end
  SIZES[comm] << result
  TOTALS << result
end
