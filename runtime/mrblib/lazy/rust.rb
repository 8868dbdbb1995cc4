# Names of Rust's functions, as they were written: of the older scheme (`_ZN…17h…E`) and of the one of RFC 2603 (`_R…`).

module Rucy
  module Rust
    OLD = { "$SP$" => "@", "$BP$" => "*", "$RF$" => "&", "$LT$" => "<", "$GT$" => ">", "$LP$" => "(", "$RP$" => ")",
            "$C$" => ",", "$u20$" => " ", "$u27$" => "'", "$u5b$" => "[", "$u5d$" => "]", "$u7b$" => "{", "$u7d$" => "}",
            "$u3b$" => ";", "$u2b$" => "+", "$u22$" => "\"", "$u7e$" => "~", ".." => "::" }

    class << self
      # nil of what is none of Rust's.
      def name(text)
        return old(text) if text.start_with?("_ZN")
        text.start_with?("_R") ? Reader.new(text[2..-1]).name : nil
      rescue ArgumentError
        nil
      end

      private

      # The older names end with a part `h` and 16 digits.
      def old(text)
        parts = old_parts(text[3..-1])
        last = parts && parts.pop
        return nil unless last && last.size == 17 && last[0] == "h" && last[1..-1].bytes.all? { |byte| hex?(byte) }
        parts.map { |part| old_part(part) }.join("::")
      end

      # Lengths and texts up to `E`; nil where it is something else.
      def old_parts(text)
        parts = []
        at = 0
        until text[at] == "E"
          size = 0
          while text[at] && text[at].between?("0", "9")
            size = size * 10 + text[at].to_i
            at += 1
          end
          return nil if size == 0 || at + size > text.size
          parts << text[at, size]
          at += size
        end
        parts
      end

      def old_part(part)
        part = part[1..-1] if part.start_with?("_$")
        OLD.each { |written, meant| part = part.gsub(written, meant) if part.include?(written) }
        part
      end

      def hex?(byte) = byte.between?(48, 57) || byte.between?(97, 102)
    end

    # Of one name of RFC 2603, whose section "Syntax of mangled names" has what each method reads. Lifetimes are left out, and so
    # are the numbers of crates. ArgumentError where it is no such name.
    class Reader
      DEEPEST = 60
      LONGEST = 2000 # characters of what is written: places that are named again could make it endless
      PLAIN = { "a" => "i8", "b" => "bool", "c" => "char", "d" => "f64", "e" => "str", "f" => "f32", "h" => "u8", "i" => "isize",
                "j" => "usize", "l" => "i32", "m" => "u32", "n" => "i128", "o" => "u128", "p" => "_", "s" => "i16", "t" => "u16",
                "u" => "()", "v" => "...", "x" => "i64", "y" => "u64", "z" => "!" }
      POINTERS = { "R" => "&", "Q" => "&mut ", "P" => "*const ", "O" => "*mut " }
      INSIDE = { "C" => "closure", "S" => "shim" }

      def initialize(text)
        @text = text
        @at = 0
        @depth = 0
      end

      def name = path(true)

      private

      def wrong = raise(ArgumentError, "no name of Rust's")

      def take
        letter = @text[@at] || wrong
        @at += 1
        letter
      end

      def take?(letter)
        return false unless @text[@at] == letter
        @at += 1
        true
      end

      def deeper
        wrong if (@depth += 1) > DEEPEST
        made = yield
        @depth -= 1
        wrong if made.size > LONGEST
        made
      end

      # `value`: where `<` would be an operator, `::<` is written.
      def path(value)
        deeper do
          case take
          when "C" then identifier[0]
          when "M" then impl_path && "<#{type}>"
          when "X" then impl_path && "<#{type} as #{path(false)}>"
          when "Y" then "<#{type} as #{path(false)}>"
          when "N" then nested(value)
          when "I" then "#{path(value)}#{value ? '::' : ''}<#{arguments.join(', ')}>"
          when "B" then again { path(value) }
          else wrong
          end
        end
      end

      def impl_path
        number_behind("s")
        path(false)
      end

      def nested(value)
        space = take
        outer = path(value)
        text, number = identifier
        return text.empty? ? outer : "#{outer}::#{text}" if space.between?("a", "z")
        "#{outer}::{#{INSIDE[space] || space}#{text.empty? ? '' : ':' + text}##{number}}"
      end

      # [text, its number among those of one name]
      def identifier
        number = number_behind("s")
        foreign = take?("u")
        size = decimal
        take?("_")
        wrong if @at + size > @text.size
        text = @text[@at, size]
        @at += size
        [foreign ? "punycode{#{text}}" : text, number]
      end

      def decimal
        digits = ""
        digits << take while @text[@at] && @text[@at].between?("0", "9") && digits != "0"
        digits.empty? ? wrong : digits.to_i
      end

      # 0 where the letter is not there, else one more than the number behind it.
      def number_behind(letter) = take?(letter) ? base62 + 1 : 0

      def base62
        return 0 if take?("_")
        value = 0
        until (letter = take) == "_"
          digit = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) || wrong
          value = value * 62 + digit
        end
        value + 1
      end

      # What stood at an earlier place.
      def again
        here = @at - 1
        place = base62
        wrong if place >= here
        behind, @at = @at, place
        made = yield
        @at = behind
        made
      end

      def arguments
        found = []
        until take?("E")
          if take?("L") then base62
          else found << (take?("K") ? constant : type)
          end
        end
        found
      end

      def type
        deeper do
          letter = take
          case letter
          when "A" then "[#{type}; #{constant}]"
          when "S" then "[#{type}]"
          when "T" then tuple
          when "F" then function
          when "D" then dynamic
          when "B" then again { type }
          when *POINTERS.keys
            number_behind("L")
            POINTERS[letter] + type
          else PLAIN[letter] || (@at -= 1) && path(false)
          end
        end
      end

      def tuple
        parts = []
        parts << type until take?("E")
        parts.size == 1 ? "(#{parts[0]},)" : "(#{parts.join(', ')})"
      end

      def function
        number_behind("G")
        unsafe = take?("U") ? "unsafe " : ""
        abi = take?("K") ? "extern \"#{take?('C') ? 'C' : identifier[0].gsub('_', '-')}\" " : ""
        parts = []
        parts << type until take?("E")
        result = type
        "#{unsafe}#{abi}fn(#{parts.join(', ')})" + (result == "()" ? "" : " -> #{result}")
      end

      def dynamic
        number_behind("G")
        traits = []
        traits << trait until take?("E")
        take == "L" ? base62 : wrong
        "dyn #{traits.join(' + ')}"
      end

      # Bindings of a trait stand with its arguments.
      def trait
        made = path(false)
        bound = []
        bound << "#{identifier[0]} = #{type}" while take?("p")
        return made if bound.empty?
        made.end_with?(">") ? "#{made[0...-1]}, #{bound.join(', ')}>" : "#{made}<#{bound.join(', ')}>"
      end

      def constant
        return again { constant } if take?("B")
        kind = take
        return "_" if kind == "p"
        sign = take?("n") ? "-" : ""
        digits = ""
        until (letter = take) == "_"
          digits << letter
        end
        number = digits.to_i(16)
        return number == 1 ? "true" : "false" if kind == "b"
        kind == "c" ? "'#{[number].pack('U')}'" : "#{sign}#{number}"
      end
    end
  end
end
