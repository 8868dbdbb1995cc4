# A refusal of the kernel's verifier as a line of the program, and why in words: as src/rucy/loader/verifier.py has it, with the
# same rows (src/rucy/loader/refusals.py, of which building makes `Refusals`).

module Rucy
  module Verifier
    INSN = "^([0-9]+): (\\([0-9a-f][0-9a-f]\\)|<invalid)"
    PLACE = " @ ([^@]*):([0-9]+)$" # behind a line of source, from Linux 6.8 on
    LEFT_OUT = "^(processed [0-9]+ insns|verification time|stack depth)|^ ?([0-9]+: R|R[0-9]+(_[[:alnum:]_]+)?=|" \
               "from [0-9]+ to [0-9]+|fp-[0-9]+|func#[0-9]+ @|last_idx|regs=|parent |mark_precise|(cur|old) state:)"
    AT_INSN = "insn[ =]?([0-9]+)"
    REGISTER = "(^|[^[:alnum:]_])R[0-9]+($|[^[:alnum:]_])"
    TAIL = 12
    NEAR = 8 # lines of complaint that can stand at the end of a log
    MOST = 1 << 16 # bytes of a log that are looked at, its last

    # `place`: [file, number, text] of a line, or nil; `tail`: the log's last lines.
    class Refusal < Failure
      def at(place, tail)
        @place = place
        @tail = tail
        self
      end

      def lines
        return super + tail unless @place
        file, number, text = @place
        source = text.empty? ? [] : ["  #{number} | #{text}"]
        helps = help.empty? ? [] : ["  help: #{help}"]
        [headline("#{file}:#{number}:")] + source + helps + tail
      end

      private

      def tail
        @tail.empty? ? [] : ["  the verifier's last lines:"] + @tail.map { |line| "    #{line}" }
      end

      def headline(place)
        return "#{place} error: #{message} [verifier]" unless Rucy.coloured?
        "\e[1m#{place}\e[0m \e[31;1merror:\e[0m \e[1m#{message}\e[0m [verifier]"
      end
    end

    class << self
      def refusal(program, log)
        lines, report = split(log)
        row, reason = explain(lines, report)
        @size, @own, @others = Rucy.lines(program, Rucy.object_part) || [0, [], []]
        place = row && row[:whole] ? at(0) : find_place(lines)
        made = Refusal.with("the kernel refused `#{program}`: #{reason}", row ? row[:help] : "", row ? row[:status] : 1)
        made.at(place, lines.last(TAIL))
      end

      private

      # The log's lines without blank ones, register states, closing figures and the report of newer verifiers (Linux 7.3); and
      # this one's reason.
      def split(log)
        log = log.byteslice(log.bytesize - MOST, MOST) if log.bytesize > MOST
        lines = log.split("\n").map { |line| line.rstrip }.reject { |line| line.empty? }
        start = lines.index { |line| line.start_with?("Verification failed:") }
        report = start ? lines[start..-1] : []
        lines = lines[0...start] if start
        first, last = ["Reason:", "At:"].map { |word| report.index { |line| line.start_with?(word) } }
        reason = first && last ? report[first + 1...last] : []
        [lines.reject { |line| Rucy.match(LEFT_OUT, line) }, reason]
      end

      # The first row that a line behind the last instruction matches, and its reason; else the verifier's own words.
      def explain(lines, report)
        behind = lines.reverse.take_while { |line| !Rucy.match(INSN, line) }
        complaints = behind.first(NEAR).reverse.reject { |line| line.start_with?(";") }
        Refusals::ROWS.each do |pattern, reason, help, status, whole|
          complaints.each do |line|
            groups = Rucy.match(pattern, line)
            next unless groups
            groups.each_with_index { |text, number| reason = reason.gsub("{#{number}}", text) }
            return [{ help: help, status: status, whole: whole }, reason]
          end
        end
        spoken = report.map { |line| line.strip }.join(" ")
        spoken = complaints.last || "it gave no reason" if spoken.empty?
        while (found = Rucy.match(REGISTER, spoken))
          spoken = spoken.sub(found[0], found[1] + "a register" + found[2])
        end
        [nil, spoken]
      end

      # The line of the instruction that the log is about, nil if the object has none for it.
      def find_place(lines)
        index, comment = last_instruction(lines)
        return at(index) if index && index < @size
        return nil unless comment
        behind = Rucy.match(PLACE, comment)
        text = (behind ? comment[2...-behind[0].size] : comment[2..-1]).strip
        with_text(text, behind && behind[2].to_i)
      end

      # Its index, and the line of source before it as the log has it.
      def last_instruction(lines)
        index = comment = nil
        lines.each do |line|
          if line.start_with?("; ") then comment = line
          elsif (found = Rucy.match(INSN, line)) then index = found[1].to_i
          end
        end
        lines.last(NEAR).each do |line|
          next if line.start_with?(";") || Rucy.match(INSN, line)
          named = Rucy.match(AT_INSN, line)
          return [named[1].to_i, named[1].to_i == index ? comment : nil] if named
        end
        [index, comment]
      end

      def at(index)
        row = @own.reverse.find { |start, *| start <= index }
        row && row[1..-1]
      end

      # The one line that reads so and has that number, if one is known; nil if none or several do.
      def with_text(text, number)
        known = (@own + @others).map { |row| row[1..-1] }.uniq
        found = known.select { |row| row[2].strip == text && (number.nil? || row[1] == number) }
        found.size == 1 ? found[0] : nil
      end
    end
  end
end
