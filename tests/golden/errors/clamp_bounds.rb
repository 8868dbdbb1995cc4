license "GPL"
MOST = 10
LIMITS = 1..9
syscall "getpgid" do |who|
  puts who.clamp(3)  # error: [clamp-bound]
  puts who.clamp(MOST)  # error: [clamp-bound]
  puts who.clamp(9, 1)  # error: [clamp-order]
  puts who.clamp(9..1)  # error: [clamp-order]
  puts who.clamp(LIMITS), who.clamp(..MOST), who.clamp(1..), who.clamp(1, who)
  1..3.each { |i| puts i }  # error: [no-method]
end
