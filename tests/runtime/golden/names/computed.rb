# Methods whose names are computed: nothing can be said.
license "GPL"

class Any
  %w[one two].each(&method(:attr_reader))
  %i[three four].each { |name| define_method("#{name}!") { name } }
end

syscall("getpgid") { }
puts Any.new.one, Any.new.three!
