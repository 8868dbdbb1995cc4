# runs: 1 2 3 4 5 6 7 8 9 10
license "GPL"
class Name
  attr :text, [:char, 48]
  attr :long, [:char, 128]
end
WORDS = ["abc", "xabc"].freeze
$short = 0
$field = 0
$long = 0
$edge = 0
$one = 0
$eight = 0
$fifteen = 0
$literal = 0
raw_tracepoint "sys_enter" do |regs, id|
  s = case id
      when 1 then "abc"
      when 2 then "xxxxxabc"
      when 3 then "ab"
      when 4 then "aabcc abcd"
      when 5 then ""
      when 6 then "0123456789abcde"
      when 7 then "0123456789abcdefabc"
      when 8 then "the quick brown fox jumps over"
      when 9 then "aaaaaaaaaaaaab"
      else "éab\u00e9abc"
      end
  $short = s.include?("abc") ? 1 : 0
  n = Name.new(text: s, long: s)
  $field = n.text.include?("bc") ? 1 : 2
  $field += 10 if n.text.include?("aab")
  $long = 1 if n.long.include?("quick brown fox")
  $long += 2 if n.long.include?("defabc")
  $long += 4 if !n.long.include?("over")
  $edge = 1 if s.include?("aaaab") && !s.include?("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")
  $edge += 2 if s.include?("")
  $one = s.include?("c") ? 1 : 0
  $one += 2 if s.include?("é")
  $eight = 1 if s.include?("34567890") || s.include?("ick brow")
  $eight += 2 if s.include?("23456789")
  $fifteen = s.include?("0123456789abcde") ? 1 : 0
  $fifteen += 2 if s.include?("123456789abcdef")
  $literal = 1 if "some text".include?("me t") && WORDS.include?("abc")
end
