# Waiting: for records, timers, and the end. The first wait attaches what attaches by itself.

module Rucy
  module Loop
    AT_ONCE = 4096 # records of one ring before the next one's turn

    @handlers = {} # name of a buffer => block
    @rings = {}    # name => Ring
    @timers = []   # [next time, seconds, block]
    @waited = false
    @over = false

    class << self
      def waited? = @waited

      def handle(buffer, &block)
        raise ArgumentError, "`on` needs a block" unless block
        @handlers[buffer.name] = block
        open_ring(buffer.name, buffer.word == "perf_buffer") if @open && !@rings[buffer.name]
        nil
      end

      def every(seconds, &block)
        raise ArgumentError, "`every` needs a number of seconds above 0 and a block" unless block && seconds > 0
        @timers << [Rucy.now + seconds, seconds, block]
        nil
      end

      # Until Ctrl-C, or so many seconds.
      def wait(seconds)
        start
        till = seconds && Rucy.now + seconds
        rounds(till) until ended? || (till && Rucy.now >= till)
        take_down if ended?
        nil
      end

      # One look: waits for something to happen, no longer than so many seconds. How many records there were.
      def poll(seconds = nil)
        start
        return take_down || 0 if ended?
        taken = take_some
        taken = rounds(seconds && Rucy.now + seconds) if taken == 0 && seconds != 0
        taken
      end

      def wait_for_input
        start
        rounds(nil, [0]) until ended? || input?
        take_down if ended?
      end

      # Records that a ring's kernel side has dropped, where the kernel counts them.
      def lost(name) = @rings[name] ? @rings[name].lost : 0
      def lost_lines = @trace ? @trace.lost : 0
      def lost_records = @rings.map { |name, ring| [name, ring.lost] }

      # Detach, then hand out what is left, but not to blocks of which one has raised. Later waits find nothing more.
      def take_down
        return if @over
        @over = true
        begin
          Rucy.flush # the kernel takes its time to detach
          Binding.detach_all
          drain unless Rucy.broken?
          @trace&.drain
          Report.print_rest if @attached
        ensure
          @trace&.close
        end
        Report.losses
        Rucy.flush
        nil
      end

      private

      def start
        first = !@waited
        @waited = true
        Rucy.flush
        return if @over || !first
        Binding.require_places
        open_view if Options.standard("interval")
        Binding.load
        open_rings
        (@trace = Trace).open if Rucy.meta["printk"]
        Binding.attach_all
        @attached = true
        Rucy.tell("attached; Ctrl-C ends") unless Rucy.quiet?
        seconds = Options.standard("duration")
        @end = Rucy.now + seconds if seconds
      end

      # Of a tool without a user half: its maps. A program with one says itself what is shown again.
      def open_view
        return View.open_maps unless Rucy.quiet?
        return if View.open?
        raise Failure.with("`--interval`: this tool shows nothing again and again", "a program that does has a `top { … }`", 2)
      end

      def ended?
        @over || Rucy.stops > 0 || (@end && Rucy.now >= @end)
      end

      # The rings are there before anything is attached, so that nothing is missed.
      def open_rings
        @open = true
        @records = Rucy.record_types
        open_ring(Output::RING, false) if Store.open(Output::RING)
        @handlers.each_key { |name| open_ring(name, Store.open(name).type_number == 4) }
        return if Rucy.quiet?
        Report.shown_buffers.each { |name, perf| open_ring(name, perf) }
      end

      def open_ring(name, perf)
        return if @rings[name]
        type = @records[name]
        block = name == Output::RING ? proc { |bytes| Formats.show(bytes) } : @handlers[name] || proc { |each| Report.record(name, each) }
        ring = Ring.open(Store.descriptor(name), perf, type, &block)
        raise Failure.with("the ring `#{name}` cannot be read: #{Rucy.error_text(ring)}", "", 77) if ring.is_a?(Integer)
        @rings[name] = ring
      end

      # Wait once, and do what is due. How many records there were.
      def rounds(till, more = [])
        now = Rucy.now
        due = [till, @end, Binding.next_look, *@timers.map { |timer| timer[0] }].compact.min
        left = due && (due > now ? due - now : 0)
        left = 0.1 if @trace&.waiting? && (left.nil? || left > 0.1)
        Rucy.deliver
        Rucy.poll(@busy ? [] : descriptors + more, @busy ? 0 : left)
        caught = Rucy.trapped
        Traps.run(caught) if caught
        @trace&.show_some
        Binding.look
        taken = take_some
        run_timers
        taken
      end

      def descriptors
        @rings.values.map { |ring| ring.fileno } + (@trace ? @trace.descriptors : [])
      end

      def take_some
        taken = 0
        @busy = false
        @rings.each_value do |ring|
          @given = true
          count = ring.take(AT_ONCE)
          @given = false
          @busy = true if count >= AT_ONCE
          taken += count
        end
        taken
      end

      # A block that was left by an exception, or by `exit`, gets no further record.
      def drain
        return if @given
        take_some
        take_some while @busy
      end

      def run_timers
        now = Rucy.now
        @timers.each do |timer|
          next if timer[0] > now
          timer[0] += timer[1]
          timer[0] = now + timer[1] if timer[0] <= now
          timer[2].call
        end
      end

      def input?
        Rucy.readable?(0)
      end
    end
  end
end
