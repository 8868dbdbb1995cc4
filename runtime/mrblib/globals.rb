# `$name` of the kernel half: when a tool is packed, the compiler writes `Rucy::Live[:name]` for each.

module Rucy
  module Live
    def self.[](name) = Rucy.global(name.to_s)
    def self.[]=(name, value)
      Rucy.set_global(name.to_s, value)
    end
  end
end
