# One line, one value, or the error: the same as Ruby's.
def t
  value = yield
  puts value.inspect
rescue => e
  puts "#{e.class}: #{e.message}"
end

t { [3,1,2].sort.reverse }
t { [3,1,2].sort { |a, b| b <=> a } }
t { [1,2,3].each_cons(2).to_a }
t { (1..10).each_slice(3).to_a }
t { [1,2,3,4].partition(&:even?) }
t { [1,2,3].zip([4,5,6]) }
t { [1,[2,[3]]].flatten }
t { [1,nil,2].compact }
t { [1,1,2].uniq }
t { [1,1,2].tally }
t { %w[a b c].each_with_index.map { |x, i| "#{i}#{x}" } }
t { %w[a b c].each.with_index(1).map { |x, i| "#{i}#{x}" } }
t { %w[a b c].map.with_index { |x, i| [i, x] } }
t { [1,2,3].inject(:+) }
t { [1,2,3].reduce(1) { |a, b| a * b } }
t { [1,2,3].sum { |x| x * 2 } }
t { [1.5,2].sum }
t { [1,2,3].minmax }
t { %w[aa b].max_by(&:size) }
t { [1,2,3,4].min(2) }
t { [1,2,3,4].max(2) }
t { [1,2,3,4].take_while { |x| x < 3 } + [1,2,3,4].drop_while { |x| x < 3 } }
t { [1,2,3].cycle.first(5) }
t { [1,2,3].lazy.map { |x| x * 2 }.first(2) }
t { [3,1].combination(2).to_a }
t { [1,2].product([3,4]) }
t { [1,2,3].permutation(2).count }
t { [[1,2],[3,4]].transpose }
t { [[1,2],[3,4]].to_h }
t { [1,2].to_h { |x| [x, x*2] } }
t { [1,2,3].rotate }
t { [1,2,3].values_at(0,2) }
t { [1,2,3].dig(0) }
t { [1,2,3,4].each_with_object([]) { |x, a| a << x } }
t { [1,2,3].group_by(&:odd?) }
t { [1,2,3].filter_map { |x| x * 2 if x > 1 } }
t { [1,2,3].flat_map { |x| [x, x] } }
t { [1,2,3].none? { |x| x > 3 } }
t { [1,2,3].one? { |x| x > 2 } }
t { [1,2,3].bsearch { |x| x >= 2 } }
t { [1,2,3].find_index(2) }
t { [1,2,3].first(2) + [1,2,3].last(2) }
t { a = [1,2,3]; a.push(4); a.pop; a.shift; a.unshift(9); a.insert(1, 5); a }
t { a = [1,2,3]; a.delete(2); a.delete_at(0); a }
t { a = [1,2,3]; a.delete_if { |x| x > 1 }; a }
t { a = [1,2,3]; a.reject! { |x| x > 1 }; a.keep_if { true } }
t { a = [3,1]; a.sort!; a.map! { |x| x + 1 }; a.concat([1]); a.fill(0, 1) }
t { [1,2,3] & [2] | [5] - [1] }
t { [1,2] <=> [1,3] }
t { [1,2,3].join("-") }
t { [1,2,3].inspect + [1,2].to_s }
t { [1,2,3].include?(2) }
t { [1,2,3].sum / [1,2,3].size.to_f }
t { Array.new(3) { |i| i * i } }
t { Array(nil) + Array([1]) + Array(1..3) }
t { a, (b, *c), d = 1, [2, 3, 4], 5; [a,b,c,d] }
t { *a, b = [1,2,3]; [a, b] }
t { [1,2,3].each_slice(2).map(&:sum) }
t { [5,3,1].sort_by { |x| x }.each_with_index.to_a }
t { [1,2,3,4,5][1..-2] }
t { [1,2,3].step rescue "x" }
t { 1.step(10, 3).to_a }
t { 10.downto(7).to_a }
t { (1..Float::INFINITY).lazy.select(&:even?).first(2) }
t { (1...10).step(3).to_a }
t { ('a'..'e').to_a.join }
t { (1..10) === 5 }
t { (1..10).sum }
t { h = {a: 1, b: 2}; h.map { |k, v| [k, v * 2] }.to_h }
t { h = {a: 1, b: 2}; [h.select { |k, v| v > 1 }, h.reject { |k, v| v > 1 }, h.filter_map { |k, v| k if v > 1 }] }
t { h = {a: 1, b: 2}; h.transform_values { |v| v * 2 } }
t { h = {a: 1, b: 2}; h.transform_keys(&:to_s) }
t { h = {a: 1, b: 2}; h.sort_by { |k, v| -v } }
t { h = {a: 1, b: 2}; h.min_by { |k, v| v } }
t { h = {a: 1, b: 2}; h.sum { |k, v| v } }
t { h = {a: 1, b: 2}; h.invert }
t { h = {a: 1, b: 2}; h.key(2) }
t { h = {a: 1, b: 2}; h.any? { |k, v| v > 1 } }
t { h = {a: 1, b: 2}; h.find { |k, v| v > 1 } }
t { h = {a: 1, b: 2}; h.group_by { |k, v| v.odd? } }
t { h = {a: 1, b: 2}; h.partition { |k, v| v > 1 } }
t { h = {a: 1, b: 2}; h.each_with_index.map { |(k, v), i| [k, v, i] } }
t { h = {a: 1, b: 2}; h.reduce(0) { |s, (k, v)| s + v } }
t { h = {a: 1, b: 2}; h.merge({c: 3}) { |k, a, b| a + b } }
t { h = {a: 1}; h.update(a: 2) { |k, a, b| a + b } }
t { h = Hash.new { |hash, k| hash[k] = [] }; h[:a] << 1; h }
t { h = Hash.new(0); h[:a] += 1; h }
t { h = {a: {b: 1}}; h.dig(:a, :b) }
t { {a: 1}.fetch(:b, 5) }
t { {a: 1, "b" => 2, 3 => [4]} }
t { {b: 1, a: 2}.sort }
t { {b: 1, a: 2}.sort.to_h }
t { {b: 1, a: 2}.to_a }
t { {b: 1, a: 2}.slice(:a) }
t { {b: 1, a: 2}.except(:a) }
t { {b: 1, a: 2}.count { |k, v| v > 1 } }
t { {b: 1, a: 2}.each_with_object({}) { |(k, v), h| h[v] = k } }
t { {b: 1, a: nil}.compact }
t { {b: 1}.delete(:b) }
t { h = {b: 1, c: 2}; h.delete_if { |k, v| v > 1 }; h }
t { {b: 1}.key?(:b) && {b: 1}.has_key?(:b) && {b: 1}.include?(:b) && {b: 1}.member?(:b) && {b: 1}.value?(1) }
t { {a: 1}.max_by { |k, v| v } }
t { {a: 1, b: 2}.values.sum }
t { {a: 1, b: 2}.sum { _2 } }
t { {a: 1, b: 2}.zip([1,2]) }
t { {a: 1, b: 2}.first }
t { {a: 1, b: 2}.each_slice(1).to_a }
t { {a: 1, b: 2}.flat_map { |k, v| [k] * v } }
t { {a: 1}.default }
t { {a: 1}.then { |h| h[:a] } }
t { {a: 1}.tap { |h| h[:b] = 2 } }
t { x = 5; case x when 1..3 then "lo" when Integer then "int" end }
t { 7.divmod(-2) }
t { 10.digits }
t { 255.to_s(2).rjust(10, "0") }
t { 3.7.round; }
t { 3.14159.round(2) }
t { 1234567.89.floor(-2) }
t { 10 ** 20 }
t { 2 ** 64 - 1 }
t { (2 ** 64).to_s }
t { (2**64) >> 3 }
t { (2**63) & 0xff00000000000000 }
t { -(2**63) }
t { 5.clamp(1, 3) }
t { 5.clamp(..3) }
t { 5.between?(1, 10) }
t { 1234567.to_s.chars.reverse.each_slice(3).map(&:join).join(",").reverse }
t { Integer("0x1f", 16) }
t { Integer("42") + Float("1.5") }
t { Integer("abc") rescue "bad" }
t { Integer("abc", exception: false) }
t { Float("x") rescue "bad" }
t { 0.1 + 0.2 }
t { 1.0 / 3 }
t { 1e100 }
t { 100.0 }
t { 1.0e-10 }
t { 12345678901234567.0 }
t { (0.0 / 0).nan? }
t { 1.0.to_s + 1.5.to_i.to_s }
t { Math.sqrt(2).round(3) }
t { Math.log2(8) }
t { 5.times.map { |x| x } }
t { 65.chr }
t { 3.zero? || 3.positive? }
t { 10.gcd(4) + 10.lcm(4) }
t { 1 <=> 2 }
t { 1 == 1.0 }
t { 1.eql?(1.0) }
t { [nil, true, false].map(&:to_s) }
t { nil.to_a }
t { nil.to_i }
t { :a <=> :b }
t { %i[a b].map(&:to_s) }
t { "%s" % [[1, 2]] }
t { 5.pred.succ }
t { 0b101 | 0x10 }
t { 10.pow(3, 7) }
t { -7 / 2 }
t { -7.remainder(2) }
t { 5.bit_length }
t { 5[0] }
t { ~5 }
t { 17 % 5.0 }
t { 1.upto(3).select(&:odd?) }
t { 3.14.truncate; }
t { 3.99.ceil(1) }
t { 1e3.to_i }
t { [5.magnitude, 5.remainder(3), 5.modulo(3), 5.finite?, 5.allbits?(1), 5.anybits?(2), 5.nobits?(8), 5.to_int, 5.numerator, 5.ord, 5.div(2), 5.eql?(5), 5.equal?(5), 5.next, 5.nonzero?, 5.abs, 5.lcm(3), -5.abs ] }
t { [true & false, true | false, true ^ true, !true, true === true] }
t { [1,2,3].at(0) }
t { [1,2,3].detect { |x| x > 1 } }
t { [1,2,3].reverse_each.to_a }
t { [1,2,3].member?(2) }
t { (1..5).cover?(3) }
t { (1..5).begin + (1..5).end + (1..5).first + (1..5).last }
t { (1..5).reverse_each.to_a }
t { (1..5).each_with_index.to_a }
t { (1..5).find_index(3) }
t { (1..5).count }
t { (1..5).none? }
t { (1..5).min + (1..5).max }
t { (1..5).to_a.first(2) }
t { (1..5).first(2) }
t { (1..5).last(2) }
t { (1..5).step(2).to_a }
t { (1..) .first(2) }
t { "abc".length + "abc".bytesize + "abc".ord }
t { nil.nil? && !5.nil? }
