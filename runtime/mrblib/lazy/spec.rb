# Ruby's `format`, of what the kernel half prints.

module Rucy
  # A conversion as Ruby's `format` has it, of Integers, true, false, nil and strings.
  class Spec
    BASES = { "x" => 16, "X" => 16, "o" => 8, "b" => 2, "B" => 2 }
    PREFIXES = { "x" => "0x", "X" => "0X", "o" => "0", "b" => "0b", "B" => "0B" }

    def initialize(text)
      body = text[1...-1]
      @letter = text[-1]
      size = 0
      size += 1 while body[size] && " +-0#".include?(body[size])
      @flags = body[0...size]
      width, precision = body[size..-1].split(".", 2)
      @width = width.to_i
      @precision = body.include?(".") ? precision.to_i : nil
    end

    def convert(value)
      case @letter
      when "c" then pad(character(value))
      when "s", "p"
        text = @letter == "p" ? inspected(value) : value.to_s
        pad(@precision ? text.chars.first(@precision).join : text)
      else
        number = value.is_a?(Formats::Pointer) ? value.number : value == true ? 1 : value.is_a?(Integer) ? value : 0
        @letter == "f" ? fixed(number) : BASES[@letter] ? based(number) : digits(sign(number), number.abs.to_s, @precision)
      end
    end

    private

    def flag?(letter) = @flags.include?(letter)
    def pad(text) = flag?("-") ? text.ljust(@width) : text.rjust(@width)
    def sign(number) = number < 0 ? "-" : flag?("+") ? "+" : flag?(" ") ? " " : ""

    def inspected(value)
      value.nil? ? "nil" : value.is_a?(String) ? Show.quoted(value) : value.to_s
    end

    def character(value)
      return value.chars.first.to_s if value.is_a?(String)
      value.is_a?(Integer) && value.between?(0, 0x10ffff) && !value.between?(0xd800, 0xdfff) ? [value].pack("U") : "\u{FFFD}"
    end

    # Filled up to the precision, or to the width by flag 0; before it sign and prefix, then the dots.
    def digits(sign, text, precision, dots = "", fill = "0")
      if precision.nil? && flag?("0") && !flag?("-")
        text = text.rjust(@width - sign.size - dots.size, fill)
      elsif precision == 0 && text == "0" && !(flag?("#") && @letter == "o")
        text = ""
      else
        text = text.rjust((precision || 0) - dots.size, fill)
      end
      pad(sign + dots + text)
    end

    def fixed(number)
      places = @precision || 6
      digits(sign(number), number.abs.to_s + (places > 0 ? "." + "0" * places : ""), nil)
    end

    def based(number)
      base = BASES[@letter]
      prefix = flag?("#") && number != 0 ? PREFIXES[@letter] : ""
      if number < 0 && !flag?("+") && !flag?(" ")
        sign, dots, fill, text = "", "..", (base - 1).to_s(base), endless(number, base)
      else
        sign, dots, fill, text = sign(number), "", "0", number.abs.to_s(base)
      end
      prefix = "" if prefix == "0" && (!dots.empty? || (@precision && @precision > text.size))
      made = digits(sign + prefix, text, @precision, dots, fill)
      @letter == "X" ? made.upcase : made
    end

    # In two's complement, from the last of the leading digits that repeat for ever.
    def endless(number, base)
      size = 1
      size += 1 while base**size < -number
      text = (base**size + number).to_s(base).rjust(size, "0")
      highest = (base - 1).to_s(base)
      at = 0
      at += 1 while at < text.size && text[at] == highest
      highest + text[at..-1]
    end
  end
end
