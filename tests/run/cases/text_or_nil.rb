# What gives text or nil, where two such meet: a `case` without `else`, `&&`, a method, a block.
# hook: raw
# fields: c=u8
# reads: text_or_nil_r0 text_or_nil_r1 text_or_nil_r2 text_or_nil_r3
# run: c=0
# run: c=1
# run: c=9
# run: c=15
# run: c=20
# program: text_or_nil
$text_or_nil_r0 = 0
$text_or_nil_r1 = 0
$text_or_nil_r2 = 0
$text_or_nil_r3 = 0
def text_or_nil_name(n)
  case n
  when 9 then "KILL"
  when 15 then "TERM"
  when 1 then n == 2 ? "never" : nil
  end
end
class CTEXT
  attr :c, :u8
end
section! "raw_tp/text_or_nil"
def text_or_nil(ctx)
  name = case ctx.c
         when 9 then "KILL"
         when 15 then "TERM and longer than a word"
         end
  $text_or_nil_r0 = name.nil? ? 77 : name.size
  other = if ctx.c > 0
            if ctx.c > 9 then comm elsif ctx.c == 1 then "one" end
          end
  $text_or_nil_r1 = other ? other.size : 78
  $text_or_nil_r2 = (text_or_nil_name(ctx.c) || "none of them").size
  again = ctx.c != 9 ? text_or_nil_name(ctx.c) : (other || name)
  $text_or_nil_r3 = again ? again.size : 79
  $text_or_nil_r3 += 100 if again == "TERM"
end
__END__
def text_or_nil_name(n)
  case n
  when 9 then "KILL"
  when 15 then "TERM"
  when 1 then n == 2 ? "never" : nil
  end
end
define_method(:prog) do
  name = case ctx.c.to_int
         when 9 then "KILL"
         when 15 then "TERM and longer than a word"
         end
  $text_or_nil_r0 = name.nil? ? K(77) : K(name.size)
  other = if ctx.c > 0
            if ctx.c > 9 then comm elsif ctx.c == 1 then "one" end
          end
  $text_or_nil_r1 = other ? K(other.size) : K(78)
  $text_or_nil_r2 = K((text_or_nil_name(ctx.c.to_int) || "none of them").size)
  again = ctx.c != 9 ? text_or_nil_name(ctx.c.to_int) : (other || name)
  $text_or_nil_r3 = again ? K(again.size) : K(79)
  $text_or_nil_r3 += K(100) if again == "TERM"
end
# reset
$text_or_nil_r0 = K(0)
$text_or_nil_r1 = K(0)
$text_or_nil_r2 = K(0)
$text_or_nil_r3 = K(0)
