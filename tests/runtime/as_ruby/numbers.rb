# One line, one value, or the error: the same as Ruby's.
def t
  value = yield
  puts value.inspect
rescue => e
  puts "#{e.class}: #{e.message}"
end

B = 2**64 - 1

t { B / 1024.0 }
t { B * 1.0 }
t { B + 1.0 }
t { B - 1.0 }
t { 1.0 + B }
t { 1024.0 - B }
t { 2.0 * B }
t { 1.0 / B }
t { B > 1.0 }
t { B < 1e30 }
t { 1.0 < B }
t { 1e30 > B }
t { B == 1.0 }
t { [1.5, B].max }
t { B ** 2 }
t { B ** 0.5 }
t { B % 7.0 }
t { 7.0 % B }
t { B.divmod(7.0) }
t { B.abs }
t { (-B).abs }
t { B.to_f / 3 }
t { Float(B) }
t { B.floor }
t { B.round(-2) }
t { B.to_i / 1000 / 1000 }
t { B.positive? && !B.negative? && !B.zero? && B.nonzero? && B.odd? }
t { B.gcd(15) }
t { B.succ }
t { B.pred }
t { B & B }
t { B | 1 }
t { 1 | B }
t { 1 & B }
t { 1 ^ B }
t { 1 + B }
t { 1 - B }
t { 2 * B }
t { 7 / B }
t { 7 % B }
t { -7 / B }
t { -7 % B }
t { 7.divmod(B) }
t { B << 3 }
t { B >> 70 }
t { B <=> 5 }
t { 5 <=> B }
t { B.times.first(2) }
t { (B - 2).upto(B).to_a }
t { ((B - 2)..B).to_a }
t { ((B - 2)..B).include?(B) }
t { (0..B) === 5 }
t { case B when 0..10 then 1 when (2**63).. then 2 end }
t { B.to_s.size }
t { B.inspect }
t { "#{B}" }
t { B.to_s(2).count("1") }
t { B.clamp(1, 2**63) }
t { Array.new(2, B).sum }
t { [B, B].inject(:+) }
t { [B, 1, 2].minmax }
t { [B, 1, 2].sort_by { |x| -x } }
t { {B => "x"}.key?(2**64 - 1) }
t { B.dup }
t { B.eql?(2**64-1) }
t { B === 2**64-1 }
t { B.ceil(-1) }
t { B.truncate }
t { B.ord }
t { B.digits.first(3) }
t { B.bit_length }
t { B.allbits?(0xff) }
t { B[0] + B[64] }
t { Math.log2(B) }
t { Math.sqrt(B) }
t { Integer === B }
t { B.class }
t { Time.at(B / 1_000_000_000).utc.year }
t { B.then { |x| x / 2 } }
t { B.instance_of?(Integer) }
t { 0xdeadbeefcafebabe.to_s(16) }
t { 0xffff_ffff_8100_0000 + 0x10 }
t { "0x%016x" % 0xffffffff81000000 }
t { -0x8000_0000_0000_0000 }
t { 9223372036854775807 + 1 }
t { -9223372036854775808 - 1 }
t { 9223372036854775807 * 2 }
t { 4294967296 * 4294967296 }
t { -9223372036854775808 / -1 }
t { -(-9223372036854775808) }
t { (-9223372036854775808).abs }
t { 3037000500 ** 2 }
t { 10.pow(25) % 7 }
t { 9223372036854775807.succ }
t { x = 9223372036854775807; x += 1; x -= 1; x.class }
t { (2**64) - (2**64) == 0 }
t { ((2**64) - (2**64 - 5)).times.to_a }
t { [1,2,3][(2**64) - (2**64 - 1)] }
t { "%.3s|%5s|%-5s|" % ["äöüx", "ä", "ä"] }
t { "%5p|%c" % [:a, "ä"] }
t { "ä".ljust(3, ".") }
t { "x".center(4, "äö") }
t { 1e20.to_i }
t { 1e19.to_i }
t { (2.0**80).to_i }
t { 1e100.to_s }
t { 1.5e300 }
t { 1e16 }
t { 123456789.123 }
t { 1.23e-5 }
t { 0.0001 }
t { 1e15 }
t { 1.7976931348623157e308 }
t { 0.1 + 0.7 }
t { 2.0/3 }
t { 100.0/3 }
t { 1e22 }
t { 1e23 }
t { -0.0 }
t { Float::MAX }
t { Float::EPSILON }
t { "%f" % 1e20 }
t { "%f" % 1e100 }
t { "%.15f" % 0.1 }
t { "%.20f" % 0.1 }
t { "%g" % 1e100 }
t { "%e" % 1e-100 }
t { "%10.4g|" % 3.14159265 }
t { "%.0f %.1f %.2f" % [0.5, 0.25, 1.005] }
t { "%5.1f%%" % 99.95 }
t { "%a" % 1.0 }
t { 1234567.891.round(1) }
t { 0.5.round; }
t { 1.5.round + 2.5.round }
t { 12345.6789.round(-2) }
t { 3.7 % 1 }
t { 1.1 * 3 }
t { 1_000_000_000 * 1.0 }
t { 10.0.to_s }
t { 1e2.inspect }
t { [1.0, 2.5].inspect }
t { "#{3.0}" }
t { "1e5".to_f }
t { "0.1".to_f + "1_000.5".to_f }
t { "12.5kg".to_f }
t { ".5".to_f }
t { "1e400".to_f }
t { Float("1e5") }
t { 18446744073709551615.to_f }
t { 18446744073709551615 / 1024.0 }
t { 18446744073709551615 == 18446744073709551615.0 }
t { 18446744073709551615 * 2 - 18446744073709551614 }
t { 18446744073709551615 & 0xff }
t { 18446744073709551615 >> 60 }
t { 18446744073709551615 ^ 1 }
t { 18446744073709551615 % 10 }
t { 18446744073709551615.divmod(10) }
t { -18446744073709551615 / 10 }
t { 18446744073709551615.to_s(16) }
t { 18446744073709551615.digits.size }
t { {18446744073709551615 => 1}[18446744073709551615] }
t { [18446744073709551615].include?(18446744073709551615) }
t { [18446744073709551615, 18446744073709551615].uniq.size }
t { [2**63, 1, -2**63].sort }
t { [2**63, 1, -2**63].min }
t { [2**63, 1].sum }
t { (2**63).between?(1, 2**64) }
t { (2**64).clamp(0, 5) }
t { 5.clamp(0, 2**64) }
t { (2**63).bit_length }
t { (2**63)[63] }
t { ~(2**63) }
t { -(2**63) - 1 }
t { (2**63).to_i.class }
t { Integer(2**63) }
t { Integer("18446744073709551615") }
t { "18446744073709551615".to_i }
t { "ffffffffffffffff".to_i(16) }
t { 2**63 <=> 2**64 }
t { (2**63).zero? }
t { (2**63).even? }
t { (2**64).pow(2) }
t { 10**30 / 10**28 }
t { 3 * (2**63) }
t { 5 - (2**63) }
t { 5 <=> 2**63 }
t { 5 == 2**63 }
t { (2**63).eql?(2**63) }
t { (2**63).equal?(2**63).class }
t { "%d %x %X %o %b" % [2**64-1, 2**64-1, 2**64-1, 2**64-1, 2**64-1] }
t { "%20d|%-22d|%022d|%+d" % [2**63, 2**63, 2**63, 2**63] }
t { "%s" % (2**64) }
t { "%,d" % 5 }
t { (2**64-1).chr rescue "RangeError" }
t { 1 << 63 }
t { 1 << 64 >> 60 }
t { -1 >> 3 }
t { 5.0.floor + 5.9.to_i }
t { 7.0 / 2 }
t { 7 / 2.0 }
t { 1.0.infinite?.inspect + (1/0.0).to_s }
t { 1 / 0 }
t { 1 % 0 }
t { 1.divmod(0) }
t { 0.0 / 0 }
t { Integer === 5 && Float === 5.0 && Numeric === 5 }
t { 5.is_a?(Integer) && 5.kind_of?(Comparable) }
t { 3.step(1, -1).to_a }
t { 1.0.step(2.0, 0.5).to_a }
t { "abc".then { _1.size } }
t { 5.instance_of?(Integer) }

# A variable that is added to keeps away from those behind it.
def beside
  x, y, z = 2**64 - 1, 5, 6
  x += 1
  x -= 2
  at, left = Time.at(0), 7
  at += 60
  [x, y, z, at.to_i, left]
end
t { beside }
x, y, z = 2**64 - 1, 5, 6
x += 1
t { [x, y, z] }
t { [Integer("-9223372036854775808"), Integer("-9223372036854775809"), "-9223372036854775808".to_i, Integer("-0x8000000000000000", 16)] }
t { [Integer("-92233720368547758080"), "-92233720368547758080".to_i, "-9223372036854775808_1".to_i, "-9223372036854775808 1".to_i] }
t { [2**70 > 0.0 / 0, 2**70 == 0.0 / 0, (2**70 <=> 0.0 / 0), 2**70 > 1.0, 2**70 < 1e30] }
