# runs: 1 2 3 4 5 6 7 8 9 10 11
license "GPL"
class Name
  attr :long, [:char, 128]
  attr :huge, [:char, 1200]
end
$huge = 0
TEXTS = ["", "abcxxabc", "", "abcdefgh", "abcdefgh", "abcdefgh", "/usr/lib/ruby/a.rb", "x0123456789abcdefabc0123456789abcdef",
         "the quick brown fox jumps over", "aaaaaaaaaaaaab", "éab\u00e9", "zzz"]
SOUGHT = ["", "abc", "", "abcdefgh", "abcdefghi", "h", "/usr/lib/ruby/a.rb", "0123456789abcdef",
          "the quick brown fox jumps over", "aab", "é", "zz"]
raw_tracepoint "sys_enter" do |regs, id|
  s = TEXTS[id]
  w = SOUGHT[id]
  next unless s && w
  n = Name.new(long: s, huge: s)
  l = n.long
  h = n.huge
  $huge = (h.include?(w) ? 1 : 0) + (h.start_with?(w) ? 2 : 0) + (h.end_with?(w) ? 4 : 0)
  $huge += 8 if h.start_with?(l) && l.start_with?(h) && h.end_with?(h)
end
