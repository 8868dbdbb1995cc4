# ENV.

module Rucy
  # The variables, as programs that are started get them too.
  class Environment < Hash
    def self.read = new.replace(Rucy.environment)

    def []=(name, value)
      return delete(name) && nil if value.nil?
      Rucy.set_environment(name, value)
      super
    end
    alias store []=

    def delete(name)
      Rucy.set_environment(name, nil)
      super
    end

    def update(other)
      other.each { |name, value| self[name] = value }
      self
    end
    alias merge! update
  end
end
