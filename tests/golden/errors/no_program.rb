license "GPL"  # error: [no-program]
puts "hello"
