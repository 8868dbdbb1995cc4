license "GPL"
COUNTS = hash(:u32 => :u64, default: 0)
LEVELS = array(:u64, 4)
NAMES = array([:char, 16], 4)
syscall "getpgid" do |who|
  if n = COUNTS[pid]  # error: [integer-condition]
    puts n
  end
  level = LEVELS[1]
  next unless level  # error: [integer-condition]
  COUNTS[pid] = (LEVELS[cpu & 3] || 0) + level  # error: [integer-condition]
  name = NAMES[2]
  puts name if name  # error: [always-true]
end
