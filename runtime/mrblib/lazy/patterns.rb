# `kprobe "vfs_*"`: one program on all functions that a pattern names, with `*` for any letters and `?` for one.

module Rucy
  module Patterns
    MOST = 1000 # kprobes of their own: each costs the kernel memory and time to place

    class << self
      # Has this kernel one kprobe for many functions? (Linux 5.18; register_fprobe_ips is what it stands on.)
      def at_once?
        @at_once = File.open("/proc/kallsyms") { |file| file.read }.include?(" register_fprobe_ips\n") if @at_once.nil?
        @at_once
      end

      # Those of the kernel proper that can be traced.
      def functions(pattern)
        text = File.open("#{Tracefs.root}/available_filter_functions") { |file| file.read }
        names = text.split("\n").reject { |name| name.include?("[") }.select { |name| match?(pattern, name) }.uniq.sort
        return names if names.size <= MOST
        raise Failure.with("`#{pattern}` matches #{names.size} functions", "at most #{MOST} before Linux 5.18: write a longer pattern")
      rescue IOError, SystemCallError
        raise Failure.with("this kernel has no function tracer", "it needs CONFIG_FUNCTION_TRACER=y", 77)
      end

      def match?(pattern, name, at = 0, from = 0)
        while at < pattern.size
          if pattern[at] == "*"
            return (from..name.size).any? { |rest| match?(pattern, name, at + 1, rest) }
          end
          return false unless from < name.size && (pattern[at] == "?" || pattern[at] == name[from])
          at += 1
          from += 1
        end
        from == name.size
      end
    end
  end
end
