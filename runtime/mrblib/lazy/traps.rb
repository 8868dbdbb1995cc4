# Signals that the tool has blocks for. A block runs in the next wait, as those of `every` do.

module Rucy
  module Traps
    NUMBERS = { "HUP" => 1, "INT" => 2, "USR1" => 10, "USR2" => 12, "TERM" => 15 }
    STOPPING = [1, 2, 15] # by which a tool ends unless it says otherwise

    @set = {} # number => what was given last

    class << self
      # What was there before, as Signal.trap gives it.
      def set(signal, command, block)
        command ||= block
        name = signal.to_s.sub("SIG", "")
        return Rucy.at_exit { command.call } && nil if ["EXIT", "0"].include?(name)
        number = NUMBERS[name] || (NUMBERS.value?(signal) ? signal : nil)
        raise ArgumentError, "`trap` takes #{NUMBERS.keys.join(', ')} and EXIT; not `#{signal}`" unless number
        before = @set[number] || "DEFAULT"
        @set[number] = command
        Rucy.trap(number, how(number, command))
        before
      end

      def run(numbers)
        numbers.each do |number|
          block = @set[number]
          block.respond_to?(:call) ? block.call(number) : block == "EXIT" && exit
        end
      end

      private

      def how(number, command)
        return "trap" if command.respond_to?(:call) || command == "EXIT"
        return "ignore" if [nil, "", "IGNORE", "SIG_IGN"].include?(command)
        unless %w[DEFAULT SIG_DFL].include?(command)
          raise ArgumentError, "`trap` takes a block, \"DEFAULT\", \"IGNORE\" or \"EXIT\"; not #{command.inspect}"
        end
        STOPPING.include?(number) ? "stop" : "default"
      end
    end
  end
end
