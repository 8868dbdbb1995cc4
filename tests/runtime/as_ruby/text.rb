# One line, one value, or the error: the same as Ruby's.
def t
  value = yield
  puts value.inspect
rescue => e
  puts "#{e.class}: #{e.message}"
end

t { format("%05d|%-5d|%+d|% d|%x|%X|%o|%b|%e|%g|%.2f|%10.3f|%s|%-10s|%10s|%p|%c|%%", 42, 42, 42, 42, 255, 255, 8, 5, 1234.5, 0.0001, 3.14159, 2.5, "s", "l", "r", :sym, "c") }
t { format("%<a>d %{b}", a: 1, b: "x") }
t { format("%08.3f", 3.14159) }
t { format("%#x %#o %#b", 255, 8, 5) }
t { format("%*d|%-*d", 5, 42, 5, 42) }
t { format("%x", -255) }
t { format("%.3s", "abcdef") }
t { format("%s %s", 1) }
t { format("%d", "12") }
t { format("%d", 3.99) }
t { format("%f", 1) }
t { format("%s", nil) }
t { format("%c", 65) }
t { format("%3$s %1$s %2$s", "a", "b", "c") }
t { "%s and %p" % ["a", "a"] }
t { "%d%%" % 5 }
t { "abc".center(11, "*") }
t { "abc".ljust(6, ".") + "|" + "abc".rjust(6) }
t { "a,b,,c".split(",") }
t { "a,b,,c,,".split(",") }
t { "a,b,,c,,".split(",", -1) }
t { " a  b c ".split }
t { "a b c".split(" ", 2) }
t { "abc".split("") }
t { "hello world".capitalize }
t { "hello".upcase.downcase.swapcase }
t { "hello"[1..3] + "hello"[-3..] + "hello"[0, 2] }
t { "hello"[10].inspect }
t { "hello".sub("l", "L") }
t { "hello".gsub("l", "L") }
t { "hello".gsub("l") { |m| m.upcase } }
t { "hello".tr("el", "ip") }
t { "hello".tr("a-y", "b-z") }
t { "hello".delete("l") }
t { "aaabbb".squeeze }
t { "hello".count("l") }
t { "hello".index("l"); }
t { "hello".rindex("l") }
t { "hello".include?("ell") }
t { "hello".start_with?("he", "x") }
t { "hello".each_char.to_a }
t { "hello".chars }
t { "hello".bytes }
t { "a\nb\nc".lines }
t { "a\nb\nc".each_line.map { |l| l.chomp } }
t { "a\nb\nc".each_line(chomp: true).to_a }
t { "  x ".strip + "|" + "  x ".lstrip + "|" + "  x ".rstrip }
t { "hello\n".chomp }
t { "hello".chop }
t { "hello".chomp("lo") }
t { "hello".reverse }
t { "hello" * 3 }
t { "hello".to_sym }
t { "12abc".to_i }
t { "0x1f".hex }
t { "0x1f".to_i(16) }
t { "777".oct }
t { "1.5e3".to_f }
t { "abc".succ }
t { "az".next }
t { "abc" <=> "abd" }
t { "abc".casecmp("ABC") }
t { "abc".casecmp?("ABC") }
t { "abc".ord }
t { "abc".unpack("C*") }
t { [1,2].pack("S*") }
t { [127, 0, 0, 1].pack("C4").unpack("N") }
t { [0x7f000001].pack("N").unpack("C4").join(".") }
t { "äöü".size }
t { "äöü".bytesize }
t { "äöü".reverse }
t { "abc".insert(1, "X") }
t { "abc".prepend("x") }
t { "abc".replace("y") }
t { "abc".delete_prefix("a").delete_suffix("c") }
t { "abc".partition("b") }
t { "a.b.c".rpartition(".") }
t { "abc".each_byte.to_a }
t { "abc".slice(0, 2) }
t { s = +"abc"; s.slice!(0, 1); s }
t { s = +"abc"; s[0] = "X"; s }
t { s = +"abc"; s << "d" << 101; s }
t { s = +"abc"; s.concat("d", "e"); s }
t { "abc".frozen? }
t { "abc".unpack1("a*") }
t { "abc".tr("^a", "-") }
t { "hello world foo".split.map(&:capitalize).join(" ") }
t { "%-20s|" % "äöü" }
t { "abc".eql?("abc") }
t { "abc".equal?("abc") }
t { "abc".between?("abb", "abd") }
t { "ab\ncd".dump }
t { "abcd".each_char.each_slice(2).map(&:join) }
t { "abc".upto("abf").to_a }
t { "a".ord.chr }
t { "abc".start_with?("") }
t { "title case".split.each(&:capitalize!) }
