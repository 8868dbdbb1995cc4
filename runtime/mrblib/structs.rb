# Classes with attrs: records of the kernel half's structs. A field is decoded when it is asked for.

module Rucy
  # What every record has besides its fields and the class's own methods.
  module Struct
    def initialize(**fields)
      Rucy.blank(self)
      fields.each { |name, value| send("#{name}=", value) }
    end

    def initialize_copy(other) = Rucy.copy(self, other)

    def to_h = Rucy.fields(self)
    def to_a = to_h.values
    def [](name) = to_h.fetch(name.to_sym)
    def ==(other) = other.class == self.class && Rucy.bytes(self) == Rucy.bytes(other)
    alias eql? ==
    def hash = Rucy.bytes(self).hash

    def inspect = "#<#{self.class.name || 'struct'} " + to_h.map { |name, value| "#{name}=#{value.inspect}" }.join(" ") + ">"
    alias to_s inspect
  end

  class Record
    include Struct
  end
end

class Module
  alias __attr attr

  # `attr :pid, :u32`: a field. A struct that the kernel half does not use is an ordinary class.
  def attr(name, *types, **)
    return __attr(name) if types.empty?
    unless @__bound
      @__bound = Rucy.bind(self, self.name)
      include Rucy::Struct if @__bound
    end
    attr_accessor name unless @__bound
    nil
  end
end
