# One line, one value, or the error: the same as Ruby's.
def t
  value = yield
  puts value.inspect
rescue => e
  puts "#{e.class}: #{e.message}"
end

t { [3,1,4].max(2) + [3,1,4].min(2) + [3,1,4].max_by(2) { |x| -x } + %w[a bb].min_by(1, &:size) }
t { {a: 1, b: 2, c: 3}.max_by(2) { |_, n| n } }
t { (1..5).max(2) }
t { (1..5).min }
t { [1, 5].max { |a, b| b <=> a } }
t { 3.clamp(..2) }
t { 3.clamp(5..) }
t { 3.clamp(5, 9) }
t { 3.clamp(1...2) }
t { 3.clamp(9, 5) }
t { 0.5.clamp(1, 2) }
t { "b".clamp("c", "d") }
t { (1..10).step(3).to_a }
t { (1...10).step(3).map { |x| x * 2 } }
t { ((1..10) % 4).to_a }
t { (0.0..1.0).step(0.25).to_a }
t { File.basename("/a/b.rb", ".rb") + File.basename("x.tar.gz", ".*") + File.basename("/a/.rb", ".rb") }
t { "a\nb\n".lines(chomp: true) }
t { "a\nb\n".each_line(chomp: true).map(&:upcase) }
t { "a,b".each_line(",").to_a }
t { r = []; "a\nb".each_line { |l| r << l }; r }
t { "a\nb".lines.size }
t { Integer("x", exception: false) }
t { Integer("12", 8, exception: false) }
t { Integer(nil, exception: false) }
t { Integer("z") rescue "r" }
t { Float("x", exception: false) }
t { Integer("18446744073709551616") }
t { Integer(" 42 ") }
t { Integer("0b11") + Integer("0o17") + Integer("0xff") }
t { 7.fdiv(2) + 7.magnitude + 7.numerator }
t { "%s" % nil }
t { "%p %p" % [nil, :a] }
t { "%s" % {a: 1} }
t { "%<a>05d" % {a: 1} }
t { "%{a}" % {a: 2**64} }
t { "%-10s|%10s|%.2s" % %w[äö äö äöü] }
t { "%08.3f|%+08.2f|% .3e|%-10.1f|" % [95.5, -9.25, 12345.678, 9.96] }
t { "%x %#x %o %b %X" % [-(2**64), 2**64, 2**64, 2**64, 0xfedcba9876543210] }
t { "%x" % -(2**63 + 1) }
t { "%-25d|%25x|%+d|% d" % [2**64, 2**64, 2**64, -(2**64)] }
t { "%.30d|%030d" % [2**64, -(2**64)] }
t { "%d" % 1e20 }
t { "%d" % "18446744073709551616" }
t { "%.1f %d" % [1.5, 2**64-1] }
t { "%a" % 1.5 }
t { "%5.1f|%g|%g|%g" % [2**64, 1e10, 1e-5, 123456789.0] }
t { "%f" % Float::INFINITY rescue 1 }
t { "%s" % 1e100 }
t { [0.1 + 0.2, 1e15, 1e14, 123456789012345.6, 1234567890123456.0, 1234567890123456.8, 1e-4, 1e-5, -0.0, 1e22, 1.0, 100.0, 2.5e-8] }
t { 1e20.to_i + 12345678901234567890.0.to_i }
t { (2.0**70).to_i }
t { -1e20.to_i }
t { (-1e20).to_i }
t { [5 <=> 2**64, 2**64 <=> 5, 5.0 <=> 2**64, 5 < 2**64, 5.0 > 2**64, 5 <=> 5.0, 5 <=> "x", 5 <=> nil, 3 <=> 4] }
t { 5 < "x" }
t { [2**64, 3, 2.5, -(2**70)].sort }
t { [2**64, 3, 2.5].minmax }
t { 7 % (2**64) }
t { -7 % (2**64) }
t { 7.divmod(2**64) + (-7).divmod(2**64) }
t { (2**64) / 1024.0 }
t { (0..2**64) === 5 }
t { (2**64 - 2).upto(2**64).to_a }
t { (2**64 - 2).step(2**64).first(2) }
t { Time.at(1700000000, 123456).utc.strftime("%FT%T.%LZ %s %j %y %3N %6N %N %-d/%-m/%Y %H%M%S %% %n%t|") }
t { File.write("w", "a\nb\n") }
t { File.read("w") }
t { File.readlines("w") }
t { File.readlines("w", chomp: true) }
t { IO.readlines("w").size }
t { File.foreach("w", chomp: true).to_a }
t { File.foreach("w") { |line| break line } }
t { File.open("w") { |f| f.gets(chomp: true) } }
t { File.open("w") { |f| f.each_line(chomp: true).first } }
t { File.open("w") { |f| f.each_line.to_a } }
t { File.open("w") { |f| f.readlines(chomp: true) } }
t { Dir.children(".").sort }
t { ENV["QQ"] = "1"; `echo $QQ` + ENV["QQ"] }
t { ENV.delete("QQ"); `echo $QQ` }
t { ENV["QQ"] = nil; ENV.key?("QQ") }
t { ENV.update("QA" => "5"); `echo $QA` }
t { Process.clock_gettime(Process::CLOCK_REALTIME) > 1e9 }
t { [:second, :millisecond, :nanosecond].map { |unit| Process.clock_gettime(Process::CLOCK_MONOTONIC, unit).class } }
t { Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond).class }
t { Time.at(0).utc.strftime("%^a %^b|%P|%h|%k|%l|%Z|%:z|%::z|%q|%05d|%-m|%_m|%G-%V|%C|%U|%W|%#p|%9N|%f|%10A|%-I|%e|%_H|%3S|%v") }
t { Time.at(1700000000).utc.strftime("%d.%m. %H:%M %z %e %a %A %p") }
