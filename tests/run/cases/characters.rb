# `s[i]` is a string of one character or nil, in variables too; `getbyte` is its number.
# hook: raw
# fields: c=u8
# reads: characters_r0 characters_r1 characters_r2 characters_r3 characters_r4 characters_r5 characters_r6
# run: c=0
# run: c=4
# run: c=8
# run: c=9
# run: c=255
# program: characters
$characters_r0 = 0
$characters_r1 = 0
$characters_r2 = 0
$characters_r3 = 0
$characters_r4 = 0
$characters_r5 = 0
$characters_r6 = 0
def characters_first(s)
  s[0] || ""
end
class CCHARACTERS
  attr :c, :u8
end
section! "raw_tp/characters"
def characters(ctx)
  s = comm
  c = s[0]
  $characters_r0 = 1 if c == "r"
  $characters_r0 += 2 if s[1] == "u"
  $characters_r0 += 4 if s[-1] == "z"
  $characters_r0 += 8 if s[40].nil?
  $characters_r0 += 16 if "abc"[1] == "b"
  $characters_r0 += 32 if c.nil?
  $characters_r0 += 64 if s[0] != "x"
  $characters_r0 += 128 if s[9] == nil
  $characters_r0 += 256 if s[-9] == "r"
  $characters_r0 += 512 if s[-10].nil?
  prev = nil
  9.times do |i|
    cur = s[i]
    $characters_r1 += 1 if cur && cur == prev
    $characters_r1 += 10 if s[i] == s[i + 1]
    prev = cur
  end
  case s[2]
  when "c", "d" then $characters_r2 = 1
  when "x" then $characters_r2 = 2
  end
  d = s[ctx.c] || "none"
  $characters_r3 = d.size
  $characters_r3 += 10 if d == "-"
  $characters_r4 = s.getbyte(ctx.c) || 999
  e = characters_first(s)
  $characters_r5 = 1 if e == "r"
  $characters_r5 += 2 if e.start_with?("r")
  $characters_r6 = 1 if (s[ctx.c] || "?") == characters_first("?!")
  $characters_r6 += 2 if s[ctx.c] == "?"
end
__END__
def characters_first(s) = s[0]
define_method(:prog) do
  s = comm
  c = s[0]
  $characters_r0 = K(1) if c == "r"
  $characters_r0 += K(2) if s[1] == "u"
  $characters_r0 += K(4) if s[-1] == "z"
  $characters_r0 += K(8) if s[40].nil?
  $characters_r0 += K(16) if "abc"[1] == "b"
  $characters_r0 += K(32) if c.nil?
  $characters_r0 += K(64) if s[0] != "x"
  $characters_r0 += K(128) if s[9] == nil
  $characters_r0 += K(256) if s[-9] == "r"
  $characters_r0 += K(512) if s[-10].nil?
  prev = nil
  9.times do |i|
    cur = s[i]
    $characters_r1 += K(1) if cur && cur == prev
    $characters_r1 += K(10) if s[i] == s[i + 1]
    prev = cur
  end
  case s[2]
  when "c", "d" then $characters_r2 = K(1)
  when "x" then $characters_r2 = K(2)
  end
  d = s[ctx.c.to_int] || "none"
  $characters_r3 = K(d.size)
  $characters_r3 += K(10) if d == "-"
  $characters_r4 = K(s.getbyte(ctx.c.to_int) || 999)
  e = characters_first(s)
  $characters_r5 = K(1) if e == "r"
  $characters_r5 += K(2) if e.start_with?("r")
  $characters_r6 = K(1) if (s[ctx.c.to_int] || "?") == characters_first("?!")
  $characters_r6 += K(2) if s[ctx.c.to_int] == "?"
end
# reset
$characters_r0 = K(0)
$characters_r1 = K(0)
$characters_r2 = K(0)
$characters_r3 = K(0)
$characters_r4 = K(0)
$characters_r5 = K(0)
$characters_r6 = K(0)
