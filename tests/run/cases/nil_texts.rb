# Strings of several sizes meet, some of which may be nil.
# hook: raw
# fields: c=u8
# reads: nil_texts_r0 nil_texts_r1 nil_texts_r2
# texts: nil_texts_r0 nil_texts_r1
# run: c=0
# run: c=1
# run: c=2
# program: nil_texts
$nil_texts_r0 = ""
$nil_texts_r1 = ""
$nil_texts_r2 = 0
class CNIL_TEXTS
  attr :c, :u8
end
section! "raw_tp/nil_texts"
def nil_texts(ctx)
  c = ctx.c
  x = if c == 1 then "abc" elsif c == 2 then "de" else nil end
  $nil_texts_r0 = x || "none"
  y = case c
      when 1 then "one"
      when 2 then (x == "de" ? comm : nil)
      end
  $nil_texts_r1 = y || "a longer text"
  $nil_texts_r2 = 1 if x.nil? && y.nil?
end
__END__
define_method(:prog) do
  c = ctx.c.plain
  x = if c == 1 then "abc" elsif c == 2 then "de" else nil end
  $nil_texts_r0 = x || "none"
  y = case c
      when 1 then "one"
      when 2 then (x == "de" ? comm : nil)
      end
  $nil_texts_r1 = y || "a longer text"
  $nil_texts_r2 = K(1) if x.nil? && y.nil?
end
# reset
$nil_texts_r0 = ""
$nil_texts_r1 = ""
$nil_texts_r2 = K(0)
