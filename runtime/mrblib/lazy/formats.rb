# What `puts`, `print`, `p` and `printf` of the kernel half sent: records of the ring `rucy_output`. A record is the number of
# its format (u32), then its arguments where the format says; the formats are notes of the object.

module Rucy
  # Of the object that is in the tool.
  module Formats
    # A number that is written in hexadecimal.
    Pointer = ::Struct.new(:number) do
      def to_s = "0x" + number.to_s(16)
    end

    class << self
      def show(record)
        format_of(Rucy.number(record, 0, 4, false)).call(record)
      end

      private

      def format_of(number)
        @formats ||= {}
        @formats[number] ||= begin
          row = Rucy.notes.fetch("formats", [])[number]
          raise Failure.with("a record in `#{Output::RING}` has no format", "", 70) unless row
          compiled(row["parts"])
        end
      end

      # A proc that writes a record: at once where all of it is simple, and else part by part.
      def compiled(parts)
        simple = parts.map { |part| part.is_a?(Hash) ? [simple_hole(part), part["line"] || 0] : [part, 0] }
        pieces = parts.map { |part| part.is_a?(Hash) ? [hole(part), part["line"] || 0] : [part, 0] }
        at_once = simple.all? { |piece, _| piece }
        proc { |record| (at_once && Rucy.render(simple, record)) || write(pieces, record) }
      end

      def write(pieces, record)
        texts = []
        pieces.each do |piece, line|
          texts << (piece.is_a?(String) ? piece : piece.call(record))
          texts << "\n" if line > 0 && !texts.last(line).join.end_with?("\n")
        end
        Rucy.write(texts.join)
      end

      # nil of what has no place in a record.
      def simple_hole(part)
        return [part["hex"]].pack("H*") if part["hex"]
        part["at"] && [part["kind"], part["at"], part["size"] || 8, part["some"], part["spec"]]
      end

      def hole(part)
        return [part["hex"]].pack("H*") if part["hex"]
        value, spec = value_of(part), Spec.new(part["spec"])
        return proc { |record| value.call(record).to_s } if part["spec"] == "%s"
        proc { |record| spec.convert(value.call(record)) }
      end

      def value_of(part)
        at, some = part["at"], part["some"]
        return proc { |_| part["value"] } if part["kind"] == "const"
        size = part["size"]
        plain = case part["kind"]
                when "u64" then proc { |record| Rucy.number(record, at, 8, false) }
                when "i64" then proc { |record| Rucy.number(record, at, 8, true) }
                when "bool" then proc { |record| record.getbyte(at) != 0 }
                when "ptr" then proc { |record| Pointer.new(Rucy.number(record, at, 8, false)) }
                when "text" then proc { |record| Rucy.text(record, at, size) }
                else proc { |record| Rucy.address(record, at, part["kind"]) }
                end
        return plain unless some
        proc { |record| record.getbyte(some) == 0 ? nil : plain.call(record) }
      end
    end
  end
end
