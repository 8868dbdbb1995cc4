# Does Ruby accept each text? In: lines of JSON strings. Out: a line each, true or false.
require "json"
$stdout.sync = true
$VERBOSE = nil
$stderr = File.open(File::NULL, "w")
$stdin.each_line do |line|
  text = JSON.parse(line).force_encoding("UTF-8")
  ok =
    begin
      RubyVM::AbstractSyntaxTree.parse(text) # as `ruby -c`: it does not say where `break` may stand
      true
    rescue SyntaxError, ArgumentError, EncodingError
      false
    end
  puts ok
end
