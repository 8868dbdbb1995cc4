# Lines that the kernel half's `printk` writes to the kernel's trace: of our own programs alone.
#
# The kernel gives each line to every tracefs instance in which the event is on, and a reader takes it from its own instance
# only: each run makes one and removes it again. The event does not say which program printed, but the stack that is recorded
# with it does: a line is ours when an address of our programs' code is on it.

module Rucy
  module Trace
    EVENT = "events/bpf_trace/bpf_trace_printk"
    STACK_WAIT = 0.3 # seconds after which a line whose stack never came is shown all the same

    Line = ::Struct.new(:cpu, :pid, :texts, :own, :arrived)

    @lines = []
    @rest = ""
    @lost = 0

    class << self
      attr_reader :lost

      # If a program prints to it: made before anything is attached.
      def open
        @code = Rucy.code
        @path = "#{instances}/rucy-#{Process.pid}-#{(Rucy.now * 1e9).to_i % 0xffffffff}"
        Dir.mkdir(@path)
        %w[stacktrace sym-addr].each { |name| Rucy.write_file("#{@path}/options/#{name}", "1") } unless @code.empty?
        Rucy.write_file("#{@path}/buffer_percent", "0")
        error = Rucy.write_file("#{@path}/#{EVENT}/enable", "1")
        @pipe = error < 0 ? error : Rucy.open_path("#{@path}/trace_pipe", 0o4000) # O_NONBLOCK
        return if @pipe >= 0
        text = Rucy.error_text(@pipe)
        close
        raise Failure.with("the kernel's trace output cannot be read: #{text}", "Linux 5.10 has the event bpf_trace_printk", 77)
      rescue SystemCallError, IOError => e
        raise Failure.with("no instance can be made in #{Tracefs.root}/instances: #{e.message}", Failures::NOT_ROOT, 77)
      end

      def descriptors = @pipe ? [@pipe] : []

      # Is a line's stack still to come?
      def waiting? = @lines.any? { |line| line.own.nil? }

      def show_some(all = false)
        return unless @pipe
        read
        while (line = @lines.first)
          return if line.own.nil? && !all && Rucy.now - line.arrived < STACK_WAIT
          @lines.shift
          $stdout.write(shown(line)) unless line.own == false
        end
      end

      def drain
        return unless @pipe
        read
        till = Rucy.now + STACK_WAIT
        while waiting? && Rucy.now < till
          Rucy.sleep_for(0.02)
          read
        end
        show_some(true)
      end

      def close
        path, @path = @path, nil
        return unless path
        Rucy.close_number(@pipe) if @pipe && @pipe >= 0
        @pipe = nil
        50.times do # busy for a moment while another reader lets go
          begin
            return Dir.rmdir(path)
          rescue StandardError
            Rucy.sleep_for(0.02)
          end
        end
      end

      private

      # Instances whose run was killed are removed. One that is in use has its pipe open, and the kernel keeps it.
      def instances
        folder = "#{Tracefs.root}/instances"
        Dir.entries(folder).each do |name|
          next unless name.start_with?("rucy-")
          Dir.rmdir("#{folder}/#{name}") unless File.directory?("/proc/#{name.split('-')[1]}")
        rescue StandardError
          nil
        end
        folder
      end

      def shown(line)
        texts = line.texts
        texts.pop if texts.size > 1 && texts.last.empty? # the text's own newline makes a line that nobody printed
        texts.map { |text| text + "\n" }.join
      end

      def read
        256.times do
          piece = Rucy.read_number(@pipe)
          break if piece.is_a?(Integer) || piece.empty?
          lines = (@rest + piece).split("\n", -1)
          @rest = lines.pop
          lines.each { |line| take(line) }
          end_stack
        end
      end

      # comm-pid (tgid) [cpu] flags seconds: event: text
      def take(line)
        if line.start_with?("CPU:") && (at = line.index("[LOST "))
          @lost += line[at + 6..-1].to_i
        elsif (at = line.index(": bpf_trace_printk: ")) && (head = header(line[0...at]))
          end_stack
          @last = Line.new(head[1], head[0], [line[at + 20..-1]], @code.empty? ? true : nil, Rucy.now)
          @lines << @last
        elsif (at = line.index(": <stack trace>")) && (head = header(line[0...at]))
          end_stack
          @last = nil
          @stack = @lines.reverse.find { |each| each.own.nil? && each.cpu == head[1] && each.pid == head[0] }
        elsif line.start_with?(" => ")
          @stack.own = true if @stack && ours?(line)
        elsif @last
          @last.texts << line
        end
      end

      # [pid, cpu], or nil of what is no header.
      def header(text)
        open = text.rindex("[")
        close = open && text.index("]", open)
        return nil unless close
        task = text[0...open]
        task = task[0...task.rindex("(")] if task.rstrip.end_with?(")")
        [task[(task.rindex("-") || -1) + 1..-1].to_i, text[open + 1...close].to_i]
      end

      def end_stack
        @stack.own = false if @stack && @stack.own.nil?
        @stack = nil
      end

      def ours?(line)
        open = line.rindex("<")
        return false unless open
        address = line[open + 1..-1].to_i(16)
        @code.any? { |start, size| address > start && address <= start + size }
      end
    end
  end
end
