# Rows in columns of fixed width, as they come: a name and a format for each column.

module Rucy
  class Columns
    # columns: { pid: "%-7d", comm: "%-16s", … }. The names stand above at once; with --json they are each row's keys.
    def initialize(columns)
      raise ArgumentError, "`columns` takes names and formats: columns pid: \"%-7d\", comm: \"%s\"" if columns.empty?
      @names = columns.keys
      @numbers = columns.values
      @texts = @numbers.map { |each| as_text(each) }
      @formats = {}
      @json = json?
      line(@names.map { |name| name.to_s.upcase }) unless @json
    end

    # A value for each column: nil leaves its place empty; an Array is its words.
    def row(*values)
      if values.size != @names.size
        raise ArgumentError, "a row has a value for each of #{@names.join(', ')}: #{@names.size}, not #{values.size}"
      end
      @json ? $stdout.write(Show.to_json(@names.zip(values).to_h) + "\n") : line(values)
      nil
    end

    private

    def line(values)
      numbers = 0 # a bit for each value that is one
      shown = values.map do |value|
        number = value.is_a?(Numeric)
        numbers = numbers << 1 | (number ? 1 : 0)
        number ? value : text(value)
      end
      whole = @formats[numbers] ||= format_of(values)
      shown.last == "" ? $stdout.write(format(whole, *shown).rstrip + "\n") : printf(whole, *shown)
    end

    def format_of(values)
      values.each_with_index.map { |value, at| (value.is_a?(Numeric) ? @numbers : @texts)[at] }.join(" ") + "\n"
    end

    # "%-7d" and "%8.2f" for what is no number: "%-7s", "%8s"
    def as_text(format) = format[0...-1].split(".")[0] + "s"

    # A line stays one, and a terminal is not told what to do, whatever a file or a process is called.
    def text(value)
      case value
      when nil then ""
      when Array then value.map { |each| Show.word(each) }.join(" ")
      else
        whole = value.to_s
        Rucy.printable?(whole) ? whole : Show.quoted(whole)
      end
    end
  end
end
