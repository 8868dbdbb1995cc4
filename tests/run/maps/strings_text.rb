# runs: 1 2 3 4 5 6 7 8 9 10 11
license "GPL"
class Name
  attr :text, [:char, 48]
  attr :long, [:char, 128]
end
WANTED = %w[ab lib/ a.rb 0123456789abcdef].freeze
$short = 0
$field = 0
$long = 0
$turned = 0
$list = 0
$found = 0
$literal = 0
$bytes = 0
TEXTS = ["", "abcxxabc", "", "abcdefgh", "abcdefgh", "abcdefgh", "/usr/lib/ruby/a.rb", "x0123456789abcdefabc0123456789abcdef",
         "the quick brown fox jumps over", "aaaaaaaaaaaaab", "éab\u00e9", "zzz"]
SOUGHT = ["", "abc", "", "abcdefgh", "abcdefghi", "h", "/usr/lib/ruby/a.rb", "0123456789abcdef",
          "the quick brown fox jumps over", "aab", "é", "zz"]
raw_tracepoint "sys_enter" do |regs, id|
  s = TEXTS[id]
  w = SOUGHT[id]
  next unless s && w
  n = Name.new(text: s, long: s)
  t = n.text
  l = n.long
  $field = (t.include?(w) ? 1 : 0) + (t.start_with?(w) ? 2 : 0) + (t.end_with?(w) ? 4 : 0)
  $long = (l.include?(w) ? 1 : 0) + (l.start_with?(w) ? 2 : 0) + (l.end_with?(w) ? 4 : 0)
  $list = WANTED.count { |word| s.include?(word) }
  $list += 10 if WANTED.any? { |word| s.end_with?(word) }
  $list += 20 if s.start_with?(*WANTED)
  WANTED.each_with_index { |word, at| $list += 100 * at if s == word }
  $found = (WANTED.find { |word| s.include?(word) } || "nothing").size
  $found += 10 * (WANTED.index(w) || 9)
  $literal = ("abcdefghij".start_with?(w) ? 1 : 0) + ("xxabc".end_with?(w) ? 2 : 0) + ("quick aab brown".include?(w) ? 4 : 0)
  word = WANTED[id]
  $bytes = word ? word.size : 77
  $bytes += 100 if WANTED[-1].start_with?(w)
  $bytes += 200 if WANTED[id - 5] == w
  %w[a bb ccc].reverse_each { |x| $bytes += x.size } if id < 4
  for x in ["q", "rs"] do $bytes += x.size end
end
