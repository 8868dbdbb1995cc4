# `$name` of the kernel half: when a tool is packed, the compiler writes `Rucy::Live[:name]` for each.

module Rucy
  module Live
    # An array is as it was when it was read; an element that is set is set where it lives, too.
    def self.[](name)
      value = Rucy.global(name.to_s)
      return value unless value.is_a?(Array)
      value.define_singleton_method(:[]=) do |index, element|
        Rucy.set_element(name.to_s, index, element)
        super(index, element)
      end
      value
    end

    def self.[]=(name, value)
      Rucy.set_global(name.to_s, value)
    end
  end
end
