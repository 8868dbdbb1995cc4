# What is tested at the end of each turn, `x = … or break`, is there at the head of the next.
# hook: raw
# fields: c=u8
# reads: loop_keeps_r0 loop_keeps_r1 loop_keeps_r2
# run: c=0
# run: c=3
# run: c=20
# program: loop_keeps
$loop_keeps_r0 = 0
$loop_keeps_r1 = 0
$loop_keeps_r2 = 0
class CKEEPS
  attr :c, :u8
end
section! "raw_tp/loop_keeps"
def loop_keeps(ctx)
  s = comm
  at = 0
  byte = s.getbyte(0) || 0
  while byte != 0 && at < 16
    $loop_keeps_r0 += byte
    at += 1
    byte = s.getbyte(at + ctx.c) or break
  end
  $loop_keeps_r1 = byte ? 1 : 2
  text = "start"
  4.times do |i|
    $loop_keeps_r2 += text.size
    next if i == 1
    found = i < ctx.c ? "b" : nil
    text = found || "ccc"
  end
end
__END__
define_method(:prog) do
  s = comm
  at = 0
  byte = s.getbyte(0) || 0
  while byte != 0 && at < 16
    $loop_keeps_r0 += K(byte)
    at += 1
    byte = s.getbyte(at + ctx.c.to_int) or break
  end
  $loop_keeps_r1 = byte ? K(1) : K(2)
  text = "start"
  4.times do |i|
    $loop_keeps_r2 += K(text.size)
    next if i == 1
    found = i < ctx.c.to_int ? "b" : nil
    text = found || "ccc"
  end
end
# reset
$loop_keeps_r0 = K(0)
$loop_keeps_r1 = K(0)
$loop_keeps_r2 = K(0)
