license "GPL"

M = hash(:u32 => :u32)

syscall "getpid" do
  n = M[pid] || 0
  while n < 10
    puts n
    n = M[n] or break        # tested: the next turn has a number
  end
  puts n + 1                 # error: [maybe-nil]
  s = "a"
  3.times do |i|
    puts s.size              # error: [maybe-nil]
    s = i > 1 ? nil : "b"
  end
  z = M[2] || 1
  [1, 2, 3].each do |x|
    puts z + x               # error: [maybe-nil]
    z = M[x]
  end
  3.times do |i|
    q = M[i]
    next unless q
    q = M[q]
    puts q + 1 if q
  end
end
