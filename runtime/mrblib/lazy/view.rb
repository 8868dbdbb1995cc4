# `top`, and `--interval` of a tool that prints its maps by itself: what is printed again and again. On a terminal each takes
# the place of the one before; elsewhere they follow one another, with an empty line between. The last is of what there is at
# the end.

module Rucy
  module View
    @blocks = []

    class << self
      # Is one open?
      def open? = !@blocks.empty?

      def open(seconds, &block)
        raise ArgumentError, "`top` needs a block" unless block
        @blocks << block
        Loop.every(Options.standard("interval") || seconds) { draw(block) }
        nil
      end

      # All maps of a tool without a user half, in place of what is printed at the end alone.
      def open_maps
        @maps = Report.shown_maps
        raise Failure.with("`--interval` has nothing to show: the tool has no map", "", 2) if @maps.empty?
        @plain = !Report.shown_buffers.empty? || !Store.open(Output::RING).nil?
        open(nil) { Report.print_maps }
      end

      # When all records have been handed out. A block that has raised is not called again.
      def draw_last
        @blocks.each { |block| draw(block) } unless @raised
      end

      def draw(block)
        @raised = true
        live? ? redraw(block) : print_next(block)
        @raised = false
      end

      def live? = !@plain && Rucy.terminal?(1) && !Options.standard("json")

      # How many entries of one map there is room for; nil: as many as there are.
      def room
        rows = @drawing ? Rucy.terminal_size[1] : 0
        return nil if rows == 0
        [(rows - 1) / (@maps ? @maps.size : 1) - 1, 1].max
      end

      private

      def print_next(block)
        $stdout.write("\n") if @drawn && !Options.standard("json")
        @drawn = true
        block.call
      end

      def redraw(block)
        lines = kept(block).split("\n", -1)
        lines.pop if lines.last == ""
        columns, rows = Rucy.terminal_size
        lines = lines.first(rows - 1) if rows > 1
        lines = lines.map { |line| columns > 0 && line.size > columns ? line[0, columns] : line }
        start = @drawn ? "\e[H" : "\e[H\e[2J"
        @drawn = true
        $stdout.write(start + lines.map { |line| line + "\e[K\n" }.join + "\e[J")
        Rucy.flush
      end

      # What the block prints.
      def kept(block)
        Rucy.capture
        @drawing = true
        block.call
        @drawing = false
        Rucy.captured
      ensure
        @drawing = false
        Rucy.captured
      end
    end
  end
end
