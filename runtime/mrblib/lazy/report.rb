# What a tool without a user half shows: records as they come, and its maps at the end. And, of every tool, its views' last, and
# what was lost.

module Rucy
  module Report
    class << self
      def shown_buffers
        Rucy.map_names.map { |name| [name, Store.open(name).type_number] }
            .select { |name, type| name != Output::RING && (type == 27 || (type == 4 && Rucy.record_types[name])) }
            .map { |name, type| [name, type == 4] }
      end

      def record(name, value)
        line = if value.is_a?(String)
                 hex = value.unpack1("H*")
                 json? ? Show.to_json({ name => hex }) : "#{name} #{hex}"
               else
                 json? ? Show.to_json(value) : Show.record(value)
               end
        $stdout.write(line + "\n")
      end

      def json? = Options.standard("json")

      # Once, behind the last record.
      def print_rest
        View.open? ? View.draw_last : Rucy.quiet? || print_maps
        Rucy.flush
      end

      def print_maps
        Rucy.map_names.each do |name|
          Show.map_lines(name, Store.open(name), json?).each { |line| $stdout.write(line + "\n") }
        end
      end

      # Those of which something can be shown.
      def shown_maps = Rucy.map_names.select { |name| Show.shown?(Store.open(name)) }

      # Counters that are not zero, in words; equal ones as one.
      def losses
        return unless Binding.loaded?
        counted = {}
        Rucy.notes.fetch("counters", []).each do |row|
          count = Rucy.global_number(row["symbol"])
          key = [row["kind"], row["name"], row["kind"] == "loop" ? row["line"] : 0, count > 0 ? turns(row) : nil]
          counted[key] = (counted[key] || 0) + count
        end
        Loop.lost_records.each do |name, lost|
          key = ["record", name, 0, nil]
          counted[key] = [counted[key] || 0, lost].max
        end
        counted.each { |key, count| Rucy.tell(loss(*key, count)) if count > 0 }
        Rucy.tell("#{Loop.lost_lines} lines were lost: the kernel's buffer was full") if Loop.lost_lines > 0
      end

      private

      # After how many turns a loop was stopped; more where the kernel has iterators and the object takes them.
      def turns(row)
        return row["turns"] unless row["iterated"]
        iterators = File.open("/proc/kallsyms") { |file| file.read }.include?(" bpf_iter_num_new\n")
        iterators ? row["iterated"] : row["turns"]
      end

      def loss(kind, name, line, turns, count)
        was, s = count == 1 ? ["was", ""] : ["were", "s"]
        case kind
        when "insert" then "#{count} insert#{s} into `#{name}` #{was} refused: the map was full"
        when "record" then "#{count} record#{s} of `#{name}` #{was} dropped: the ring was full"
        when "short" then "#{count} record#{s} put into `#{name}` #{was} left out: too short"
        when "output" then "output of #{count} call#{s} was dropped: the ring was full"
        when "loop" then "#{name}:#{line}: loop stopped#{turns ? " after #{turns} turns" : ''}, #{count} time#{s}"
        else "#{count} run#{s} of `#{name}` #{was} left out: no scratch memory was free"
        end
      end
    end
  end
end
