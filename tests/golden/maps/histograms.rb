license "GPL"
LAT = histogram(:log2)
LIN = histogram(:linear, 0..100, 5)
BY = histogram(:log2)
S = stats
SK = stats
syscall "kill" do |other, number|
  LAT << nsecs
  LAT << number - 120
  LIN << number
  BY[comm] << nsecs
  S << number
  SK[pid] << nsecs
end
