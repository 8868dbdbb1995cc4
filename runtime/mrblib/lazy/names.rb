# `RUNTIME --rucy-names`: what a program may name, as JSON. `rucy build` checks a user half against it, so that there is no
# second list of what the runtime has.

module Rucy
  module Names
    class << self
      # `methods`: of all classes; `own`: of single objects, but for our own modules; `constants`: of all classes and modules;
      # `globals`; `main`: methods that a call without a receiver finds at the top level; `top`: constants there; `modules`:
      # what each class and module there has of its own as an object; `module`: what any of them has.
      def print
        Rucy.parts.each { |name| Rucy.load_part(name) }
        Words.define
        Object.const_set(:ARGV, [])
        ENV
        @seen, @methods, @own, @constants, @modules = { Object => true }, {}, {}, {}, {}
        visit(Object, false)
        lists = { "methods" => @methods.keys, "own" => @own.keys, "constants" => @constants.keys, "globals" => global_variables,
                  "main" => TOPLEVEL.methods, "top" => Object.constants, "module" => Class.instance_methods }
        Rucy.write("{\n" + lists.map { |name, list| "#{name.inspect}: #{written(list)},\n" }.join)
        own = @modules.map { |name, list| "#{name.to_s.inspect}: #{written(list)}" }
        Rucy.write("\"modules\": {\n#{own.join(",\n")}\n}\n}\n")
        0
      end

      private

      def visit(owner, ours)
        keep(@methods, owner.instance_methods(false))
        keep(@own, owner.singleton_methods) unless ours && owner.instance_of?(Module)
        return if owner == Module || owner == Class # what they have is asked of modules
        owner.constants.each do |name|
          @constants[name] = true
          value = owner.const_get(name)
          keep(@methods, value.class.instance_methods) unless @seen[value.class]
          @seen[value.class] ||= 1
          next keep(@own, value.singleton_methods) unless value.is_a?(Module)
          @modules[name] = value.singleton_methods if owner == Object
          next if @seen[value] == true
          @seen[value] = true
          visit(value, ours || value == Rucy)
        end
      end

      def keep(all, names)
        names.each { |name| all[name] = true }
      end

      def written(names)
        "[" + names.map { |name| name.to_s }.sort.map { |name| name.inspect }.join(",") + "]"
      end
    end
  end
end
