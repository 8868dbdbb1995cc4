# Numbers as people read them: addresses, times, lengths of time, amounts of memory, errors, system calls, users.

module Rucy
  module Text
    MONOTONIC, BOOT, REAL = 1, 7, 0 # CLOCK_…: `nsecs` and `boot_nsecs` of the kernel half, and the time of day
    UNITS = %w[B KiB MiB GiB TiB PiB EiB]
    LARGE = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]]

    class << self
      # Of an Integer (0x7f000001 is 127.0.0.1; above 32 bits it is IPv6), 4 or 16 bytes, or what a field of :ip4 or :ip6 is.
      def ip(value)
        bytes = case value
                when Integer then value.between?(0, 0xffffffff) ? [value].pack("N") : wide(value)
                when Array then value.map { |byte| byte.chr }.join
                when String then return value if value.include?(".") || value.include?(":")
                  value
                end
        found = bytes && Rucy.ip(bytes)
        found or raise ArgumentError, "no IP address: #{value.inspect}"
      end

      def addr(value, port)
        text = ip(value)
        return text unless port
        text.include?(":") ? "[#{text}]:#{port}" : "#{text}:#{port}"
      end

      def time(nanoseconds, format, boot)
        at = nanoseconds + Rucy.clock(REAL) - Rucy.clock(boot ? BOOT : MONOTONIC)
        strftime(format, at.div(1_000_000_000), at % 1_000_000_000, false)
      end

      # Ruby's: flags, a width, a letter. The C library's letters are asked for one by one, without them.
      def strftime(format, seconds, nanoseconds, utc)
        out = ""
        rest = format
        while (at = rest.index("%"))
          out << rest[0...at]
          stop = at + 1
          stop += 1 while rest[stop] && "-_0123456789:^#".include?(rest[stop])
          letter = rest[stop].to_s
          out << conversion(rest[at + 1...stop], letter, seconds, nanoseconds, utc)
          rest = rest[stop + 1..-1].to_s
        end
        out << rest
      end

      def duration(nanoseconds)
        return "-" + duration(-nanoseconds) if nanoseconds < 0
        return "#{nanoseconds} ns" if nanoseconds < 1000
        return places(nanoseconds, 1000, "us") if nanoseconds < 1_000_000
        return places(nanoseconds, 1_000_000, "ms") if nanoseconds < 1_000_000_000
        return places(nanoseconds, 1_000_000_000, "s") if nanoseconds < 60_000_000_000
        left = nanoseconds.div(1_000_000_000)
        parts = LARGE.map do |size, unit|
          count, left = left.div(size), left % size
          [count, unit]
        end
        parts.shift while parts[0][0] == 0
        parts.first(2).map { |count, unit| "#{count} #{unit}" }.join(" ")
      end

      def bytes(number)
        return "-" + bytes(-number) if number < 0
        power = 0
        power += 1 while power < 6 && number >> (10 * (power + 1)) > 0
        power == 0 ? "#{number} B" : places(number, 1 << (10 * power), UNITS[power])
      end

      def errno(number)
        Rucy.errno_name(number.abs) || number.to_s
      end

      def syscall(number)
        Rucy.syscall_name(number) || "syscall_#{number}"
      end

      # The name in /etc/passwd, read once.
      def user(number)
        @users ||= read_users
        @users[number] || number.to_s
      end

      private

      def wide(value)
        raise ArgumentError, "no IP address: #{value}" unless value.between?(0, (1 << 128) - 1)
        [96, 64, 32, 0].map { |bits| [(value >> bits) & 0xffffffff].pack("N") }.join
      end

      # Three digits, cut: 1.23, 12.3, 123.
      def places(number, unit, name)
        whole = number.div(unit)
        digits = whole < 10 ? 2 : whole < 100 ? 1 : 0
        scaled = number * 10**digits / unit
        text = scaled.to_s
        text = "#{text[0...-digits]}.#{text[-digits..-1]}" if digits > 0
        "#{text} #{name}"
      end

      def read_users
        users = {}
        File.open("/etc/passwd") { |file| file.read }.split("\n").each do |line|
          name, _, id = line.split(":")
          users[id.to_i] ||= name if id
        end
        users
      rescue StandardError
        {}
      end

      SMALL = { "k" => "H", "l" => "I", "P" => "p" } # as the C library's with another look
      NUMBERS = "CdeGgHIjklMmSsUuVWwYy"
      TEXTS = "AaBbcDFhnpPRrTtXxZz+v%"

      def conversion(flags, letter, seconds, nanoseconds, utc)
        width = flags.delete("-_:^#")
        width = width[1..-1] if width[0] == "0"
        return nanoseconds.to_s.rjust(9, "0").ljust(width.to_i, "0")[0, width.empty? ? (letter == "N" ? 9 : 3) : width.to_i] if "NL".include?(letter) && !letter.empty?
        return "%#{flags}#{letter}" if letter.empty? || !(NUMBERS + TEXTS).include?(letter)
        text = plain(letter, flags.count(":"), seconds, utc)
        text = letter == "p" && flags.include?("#") ? text.downcase : text.upcase if flags.include?("^") || flags.include?("#")
        return text if flags.empty?
        return text.rjust(width.to_i, flags[0] == "0" ? "0" : " ") unless NUMBERS.include?(letter)
        size = width.empty? ? text.size : width.to_i
        text = text.lstrip
        text = text[1..-1] while text.size > 1 && text[0] == "0"
        flags.include?("-") ? text : text.rjust(size, flags.include?("_") || ("ekl".include?(letter) && flags[0] != "0") ? " " : "0")
      end

      def plain(letter, colons, seconds, utc)
        case letter
        when "Z" then return "UTC" if utc
        when "z" then return colons > 0 ? colon_zone(Rucy.strftime("%z", seconds, utc), colons) : Rucy.strftime("%z", seconds, utc)
        when "+" then return strftime("%a %b %e %H:%M:%S %Z %Y", seconds, 0, utc)
        when "v" then return strftime("%e-%^b-%4Y", seconds, 0, utc)
        when "%" then return "%"
        end
        text = Rucy.strftime("%" + (SMALL[letter] || letter), seconds, utc)
        letter == "P" ? text.downcase : "kl".include?(letter) && text[0] == "0" ? " " + text[1..-1] : text
      end

      def colon_zone(text, colons)
        "#{text[0, 3]}:#{text[3, 2]}" + (colons > 1 ? ":00" : "")
      end
    end
  end
end
