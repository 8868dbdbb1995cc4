# Records, maps and histograms for people and for programs: lines of text, or one JSON object each.

module Rucy
  module Show
    LEAST = 8 # columns that a cut text keeps
    BAR = 52 # columns of a histogram's longest bar
    OPAQUE = [3, 4, 8, 12, 13, 15, 16, 18, 19, 20, 21, 24, 26, 27, 28, 29, 30, 31, 32, 33] # there is nothing to print
    ARRAYS = [2, 6]
    QUEUES = [22, 23]
    OUTER = [12, 13] # maps of maps

    class << self
      # ---- one value

      # As one word: what has spaces or would not print is quoted.
      def word(value)
        case value
        when String then plain?(value) ? value : quoted(value)
        when Hash then "{" + pairs(value) + "}"
        when Array then "[" + value.map { |each| word(each) }.join(", ") + "]"
        when nil then ""
        else Rucy.record?(value) ? "{" + pairs(Rucy.fields(value, true)) + "}" : value.to_s
        end
      end

      def plain?(text)
        return false if text.empty?
        text.each_byte { |byte| return false if byte <= 0x22 || byte == 0x3d || byte == 0x7f }
        valid?(text)
      end

      def pairs(hash) = hash.map { |name, part| "#{name}=#{word(part)}" }.join(" ")

      def record(value)
        value = Rucy.fields(value, true) if Rucy.record?(value)
        value.is_a?(Hash) ? pairs(value) : word(value)
      end

      ESCAPES = { "\n" => "\\n", "\t" => "\\t", "\r" => "\\r", "\e" => "\\e", "\a" => "\\a", "\b" => "\\b", "\f" => "\\f",
                  "\v" => "\\v", "\"" => "\\\"", "\\" => "\\\\" }

      # String#inspect of Ruby: bytes that are no UTF-8 as \xFF.
      def quoted(text)
        out = "\""
        chars = text.chars
        chars.each_with_index do |char, at|
          code = valid?(char) ? char.ord : nil
          if ESCAPES[char] then out << ESCAPES[char]
          elsif char == "#" && ["{", "$", "@"].include?(chars[at + 1]) then out << "\\#"
          elsif code.nil? then char.each_byte { |byte| out << format("\\x%02X", byte) }
          elsif code < 0x20 || code == 0x7f then out << format("\\u%04X", code)
          else out << char
          end
        end
        out << "\""
      end

      # Is all of it UTF-8?
      def valid?(text)
        left = 0
        text.each_byte do |byte|
          if left > 0
            return false unless byte.between?(0x80, 0xbf)
            left -= 1
          elsif byte >= 0xf5 || byte.between?(0x80, 0xc1) then return false
          else left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0
          end
        end
        left == 0
      end

      # `Rucy` itself writes spaces between; `JSON.generate` does not.
      def to_json(value, comma = ", ", colon = ": ")
        case value
        when String then json_text(value)
        when Symbol then json_text(value.to_s)
        when Hash
          "{" + value.map { |name, part| json_text(name.to_s) + colon + to_json(part, comma, colon) }.join(comma) + "}"
        when Array then "[" + value.map { |each| to_json(each, comma, colon) }.join(comma) + "]"
        when nil then "null"
        when true, false, Integer then value.to_s
        when Float then value.nan? || value.infinite? ? "\"#{value}\"" : value.to_s
        else Rucy.record?(value) ? to_json(Rucy.fields(value), comma, colon) : json_text(value.to_s)
        end
      end

      JSON_ESCAPES = { "\n" => "\\n", "\t" => "\\t", "\r" => "\\r", "\b" => "\\b", "\f" => "\\f", "\"" => "\\\"", "\\" => "\\\\" }

      def json_text(text)
        simple = true
        text.each_byte { |byte| simple = false if byte < 0x20 || byte == 0x22 || byte == 0x5c || byte > 0x7e }
        return "\"#{text}\"" if simple
        out = "\""
        text.each_char do |char|
          if JSON_ESCAPES[char] then out << JSON_ESCAPES[char]
          elsif !valid?(char) then out << "\u{FFFD}"
          elsif char.ord < 0x20 then out << format("\\u%04x", char.ord)
          else out << char
          end
        end
        out << "\""
      end

      def kernel_symbol(address)
        name, offset = Rucy.kernel_symbol(address)
        return format("0x%x", address) unless name
        offset == 0 ? name : format("%s+0x%x", name, offset)
      end

      # ---- whole maps

      def print_map(map, title)
        lines = map_lines(map.name, map.store, Options.standard("json"), title)
        $stdout.write(lines.map { |line| line + "\n" }.join)
      end

      def kind_of(name)
        row = Rucy.notes.fetch("maps", []).find { |each| each["name"] == name }
        row ? row["show"].to_s : ""
      end

      def shown?(store) = OUTER.include?(store.type_number) || (!OPAQUE.include?(store.type_number) && store.value_type?)

      # How many entries of one map, or rows of a table, are shown at most; nil: all.
      def most = Options.standard("top") || View.room

      # [] for a map of which nothing can be shown.
      def map_lines(name, store, as_json, title = name)
        return outer_lines(name, store, as_json, title) if OUTER.include?(store.type_number)
        return [] unless shown?(store)
        kind = kind_of(name)
        return special(name, store, kind, as_json, title) unless kind.empty?
        found = entries(store)
        return [to_json({ "map" => name, "entries" => found.map { |entry| row(entry) } })] if as_json
        return ["#{title}: empty"] if found.empty?
        ["#{title}:", *table(found.map { |key, value, cpu| cells(key, value, cpu) })]
      end

      # Of a map of maps: which named map is in a slot, and what is in those that have no name.
      def outer_lines(name, store, as_json, title)
        named = Rucy.map_names.map { |each| [Store.open(each).id, each] }.to_h
        slots, inside = [], []
        store.raw.each do |key, value|
          key, id = store.raw_key(key), store.raw_value(value)
          if named[id] then slots << [key, named[id]]
          elsif id != 0 && (found = Store.inside(id, name)) then inside << [key, found]
          end
        end
        if as_json
          rows = slots.map { |key, each| { "key" => key, "map" => each } }
          rows += inside.map { |key, each| { "key" => key, "entries" => entries(each).map { |entry| row(entry) } } }
          return [to_json({ "map" => name, "entries" => rows })]
        end
        return ["#{title}: empty"] if slots.empty? && inside.empty?
        lines = slots.empty? ? [] : ["#{title}:", *table(slots.map { |key, each| cells(key, each, nil) })]
        inside.each do |key, each|
          lines += map_lines("#{title}[#{(key.is_a?(Array) ? key : [key]).map { |part| word(part) }.join(', ')}]", each, false)
        end
        lines
      end

      def row(entry)
        key, value, cpu = entry
        made = key.equal?(QUEUES) ? { "value" => value } : { "key" => key, "value" => value }
        made["cpu"] = cpu if cpu
        made
      end

      # [key, value, cpu or nil], by value if that is a number, else by key. An array's elements that are all zero are left out.
      def entries(store)
        return queue_entries(store) if QUEUES.include?(store.type_number)
        array = ARRAYS.include?(store.type_number)
        found = []
        store.raw.each do |key, value|
          next if array && value.bytes.all? { |byte| byte == 0 }
          shown, whole = store.raw_key(key), store.raw_value(value)
          if per_cpu?(store) && whole.is_a?(Array)
            whole.each_with_index { |each, cpu| found << [shown, each, cpu] unless zero?(each) }
          else
            found << [shown, whole, nil]
          end
        end
        numbers = found.all? { |entry| entry[1].is_a?(Integer) }
        if most && array && numbers
          least = found.map { |entry| entry[1] }.sort.last(most).first
          found = found.select { |entry| entry[1] >= least }
        end
        found = sorted(found, numbers && !array)
        most ? found.last(most) : found
      end

      def sorted(found, numbers)
        found.sort { |a, b| order([numbers ? a[1] : 0, a[0], a[2] || 0], [numbers ? b[1] : 0, b[0], b[2] || 0]) }
      end

      # There is no other way to see them than to take them: not those of a map that outlives the tool.
      def queue_entries(store)
        found = []
        return found if store.pinned?
        while (value = store.pop)
          found << [QUEUES, value, nil]
        end
        found
      end

      def per_cpu?(store) = [5, 6, 10, 21].include?(store.type_number)

      def zero?(value)
        return Rucy.bytes(value).bytes.all? { |byte| byte == 0 } if Rucy.record?(value)
        value == 0 || value == "" || value == false || (value.is_a?(Array) && value.all? { |each| zero?(each) })
      end

      # Of two keys of one map: numbers by value, text by letters, structs by their parts.
      def order(one, other)
        one = Rucy.fields(one).values if Rucy.record?(one)
        other = Rucy.fields(other).values if Rucy.record?(other)
        if one.is_a?(Array) && other.is_a?(Array)
          one.zip(other) { |a, b| (found = order(a, b)) == 0 or return found }
          return one.size <=> other.size
        end
        return one <=> other if one.is_a?(Integer) && other.is_a?(Integer)
        one.to_s <=> other.to_s
      end

      def cells(key, value, cpu)
        keys = key.equal?(QUEUES) ? [] : key.is_a?(Array) ? key : [key]
        [*keys, *(cpu ? ["cpu#{cpu}"] : []), value]
      end

      # Columns; numbers to the right. On a terminal the widest columns of text are cut until a line fits.
      def table(rows, headed = false)
        texts = rows.map { |cells| cells.map { |cell| cell.is_a?(Hash) || Rucy.record?(cell) ? record(cell) : word(cell) } }
        width = texts.map { |cells| cells.size }.max || 0
        widths = (0...width).map { |at| texts.map { |cells| cells[at].to_s.size }.max }
        right = (0...width).map { |at| rows.all? { |cells| number?(cells[at]) } }
        right = (0...width).map { |at| rows[1..-1].all? { |cells| number?(cells[at]) } } if headed && rows.size > 1
        fit(widths, right) if Rucy.terminal?(1)
        texts.map do |cells|
          line = []
          cells.each_with_index { |text, at| line << (right[at] ? text.rjust(widths[at]) : cut(text, widths[at])) }
          ("  " + line.join("  ")).rstrip
        end
      end

      def number?(value) = value.is_a?(Integer) || value.is_a?(Float)
      def cut(text, width) = text.size > width ? text[0, width - 1] + "…" : text.ljust(width)

      def fit(widths, right)
        columns = Rucy.terminal_size[0]
        return if columns == 0
        while widths.inject(0) { |sum, width| sum + width + 2 } > columns
          widest = (0...widths.size).reject { |at| right[at] || widths[at] <= LEAST }.max_by { |at| widths[at] }
          return unless widest
          widths[widest] -= 1
        end
      end

      # Rows are Arrays; or Hashes or records, whose names then stand above.
      def print_table(rows)
        rows = rows.to_a
        rows = rows.first(most) if most
        if Options.standard("json")
          return rows.each { |row| $stdout.write(to_json(row) + "\n") } && nil
        end
        rows = rows.map { |row| Rucy.record?(row) ? Rucy.fields(row, true) : row }
        headed = !rows.empty? && rows.all? { |row| row.is_a?(Hash) }
        names = headed ? rows.inject([]) { |all, row| all | row.keys } : [] # a row may lack some
        cells = rows.map do |row|
          next names.map { |name| row[name] } if headed
          row.is_a?(Array) ? row.flatten : row.is_a?(Hash) ? row.values : [row]
        end
        cells.unshift(names.map { |name| name.to_s.upcase }) if headed
        $stdout.write(table(cells, headed).map { |line| line + "\n" }.join)
        nil
      end

      # ---- histograms and statistics

      def special(name, store, kind, as_json, title)
        groups = groups(store, true)
        of = kind == "stats" ? "stats" : "histogram"
        made = groups.map { |key, cpus| [key, kind == "stats" ? stats(cpus) : buckets(cpus, kind)] }
        if as_json
          whole = single?(store) ? { of => json_of(made[0][1]) }
                                 : { "entries" => made.map { |key, found| { "key" => key, of => json_of(found) } } }
          return [to_json({ "map" => name }.merge(whole))]
        end
        return ["#{title}: empty"] if made.empty?
        lines = []
        made.each do |key, found|
          above = key.nil? ? title : "#{title}[#{(key.is_a?(Array) ? key : [key]).map { |each| word(each) }.join(', ')}]"
          if found.is_a?(Hash)
            lines << "#{above}: #{pairs(found)}"
          else
            lines << (found.empty? ? "#{above}: empty" : "#{above}:")
            lines.concat(bars(found))
          end
        end
        lines
      end

      def single?(store) = ARRAYS.include?(store.type_number)

      def json_of(found)
        return found unless found.is_a?(Array)
        found.map do |low, high, count|
          made = {}
          made["low"] = low if low
          made["high"] = high if high
          made["count"] = count
          made
        end
      end

      # [key or nil, for each CPU its slots]
      def groups(store, limit = false)
        if single?(store)
          cells = store.raw.map { |_, value| store.words(value) }
          return [[nil, cells[0]]] if cells.size == 1
          return [[nil, (0...cells[0].size).map { |cpu| cells.map { |cell| cell[cpu][0] } }]]
        end
        found = store.raw.map { |key, value| [store.raw_key(key), store.words(value)] }
        found = found.sort { |a, b| order([total(a[1]), a[0]], [total(b[1]), b[0]]) }
        limit && most ? found.last(most) : found
      end

      def total(cpus) = cpus.inject(0) { |sum, slots| slots.inject(sum) { |all, slot| all + slot } }

      # [least, most, count] from the first to the last slot that counted anything; nil where there is no bound.
      def buckets(cpus, kind)
        counts = cpus[0].each_index.map { |at| cpus.inject(0) { |sum, slots| sum + slots[at] } }
        first = counts.index { |count| count > 0 }
        return [] unless first
        last = counts.size - 1
        last -= 1 while counts[last] == 0
        limits = bounds(kind, counts.size)
        (first..last).map { |at| [limits[at][0], limits[at][1], counts[at]] }
      end

      def bounds(kind, slots)
        return [[nil, -1], [0, 0]] + (0...slots - 2).map { |i| [1 << i, (2 << i) - 1] } if kind == "log2"
        low, step, count = kind.split(" ")[1..-1].map { |text| text.to_i }
        ([[nil, low - 1]] + (0...count).map { |i| [low + step * i, low + step * (i + 1) - 1] } + [[low + step * count, nil]]).first(slots)
      end

      # `[4, 8)  12 |@@@@@@    |`
      def bars(buckets)
        return [] if buckets.empty?
        highest = buckets.map { |bucket| bucket[2] }.max
        labels = buckets.map { |low, high, _| label(low, high) }
        left = labels.map { |text| text.size }.max
        right = buckets.map { |bucket| bucket[2].to_s.size }.max
        buckets.zip(labels).map do |bucket, text|
          bar = "@" * (bucket[2] * BAR / highest)
          "  #{text.ljust(left)}  #{bucket[2].to_s.rjust(right)} |#{bar.ljust(BAR)}|"
        end
      end

      def label(low, high)
        return "[#{short(low)}]" if low && low == high
        (low ? "[#{short(low)}" : "(…") + ", " + (high ? short(high + 1) : "…") + ")"
      end

      # 1024 as 1K, where it is whole.
      def short(number)
        ["", "K", "M", "G", "T", "P", "E"].each_with_index do |letter, power|
          return "#{number}#{letter}" if number % 1024 != 0 || number == 0 || power == 6
          number /= 1024
        end
      end

      # From count, sum, least and greatest of each CPU; one that counted nothing has no least and greatest.
      def stats(cpus)
        used = cpus.select { |slots| slots[0] > 0 }
        count = used.inject(0) { |sum, slots| sum + slots[0] }
        return { count: 0 } if count == 0
        total = used.inject(0) { |sum, slots| sum + signed(slots[1]) }
        { count: count, sum: total, min: used.map { |slots| signed(slots[2]) }.min, max: used.map { |slots| signed(slots[3]) }.max,
          average: total.div(count) }
      end

      def signed(number) = number >> 63 == 1 ? number - (1 << 64) : number

      def buckets_of(map, key) = buckets(slots_of(map, key), kind_of(map.name))
      def stats_of(map, key) = stats(slots_of(map, key))

      def slots_of(map, key)
        found = groups(map.store).find { |each, _| each == key }
        found ? found[1] : [[0, 0, 0, 0]]
      end
    end
  end
end
