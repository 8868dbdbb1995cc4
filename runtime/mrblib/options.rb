# The command line: the tool's own options first, then those of every tool; the rest is ARGV.

module Rucy
  module Options
    STANDARD = [
      ["help", "h", "", "show this"],
      ["version", nil, "", "show what made this tool"],
      ["json", nil, "", "records and maps as one JSON object a line"],
      ["top", nil, "N", "of each map and table the N largest alone"],
      ["interval", nil, "SECONDS", "show it again each time so long has passed"],
      ["pid", "p", "PID", "only this process"],
      ["comm", nil, "NAME", "only processes of this name"],
      ["cgroup", nil, "PATH", "the cgroup (v2) that cgroup programs decide for"],
      ["interface", nil, "IF", "the network interface of xdp, tc and socket programs"],
      ["mode", nil, "MODE", "how xdp runs: native or generic"],
      ["btf", nil, "FILE", "the types of this kernel, where it does not tell them"],
      ["duration", nil, "SECONDS", "stop by itself after this time"],
      ["verifier-log", nil, "", "print all that the kernel's verifier says"],
    ]
    SELECTING = %w[pid comm] # only a kernel half can leave out what it would otherwise count
    METAVARS = { "string" => "TEXT", "bool" => "", "ip4" => "ADDRESS", "ip6" => "ADDRESS", "mac" => "ADDRESS" }
    FORMS = { "ip4" => "an IPv4 address, such as 10.0.0.1", "ip6" => "an IPv6 address, such as fe80::1",
              "mac" => "a MAC address, such as 02:00:00:00:00:01" }

    @values = {}
    @given = {}

    class << self
      # The value of a standard option: text, true for a flag, nil when it is not given.
      def standard(name)
        @given[name]
      end

      # What `option :name` is in the program.
      def value(name)
        row = rows.find { |each| each["name"] == name }
        raise Failure.with("the tool has no option `#{name}`", "", 70) unless row
        @values.key?(name) ? @values[name] : row["default"]
      end

      # Asked for before the object is opened, and so before the other words are looked at.
      def btf(words)
        words = before_dashes(words)
        at = words.index { |word| word == "--btf" || word.start_with?("--btf=") }
        at && (words[at].include?("=") ? words[at].split("=", 2)[1] : words[at + 1])
      end

      # Is a process chosen? Asked for before the object is opened, too; a word that only looks so does no harm.
      def selecting?(words)
        before_dashes(words).any? { |word| word.start_with?("-p") || SELECTING.include?(word[2..-1].to_s.split("=")[0]) && word.start_with?("--") }
      end

      def before_dashes(words) = words.include?("--") ? words[0...words.index("--")] : words

      def rows
        Rucy.notes.fetch("options", [])
      end

      # The words that are left; nil when all has been said.
      def read(words)
        rest = take_apart(words)
        return show_help if @given["help"]
        return show_version if @given["version"]
        if !Rucy.quiet? && !rest.empty?
          raise Failure.with("it takes no argument `#{rest[0]}`", "--help lists its options", 2)
        end
        check_standard
        rest
      end

      private

      def take_apart(words)
        rest = []
        words = words.dup
        while (word = words.shift)
          return rest + words if word == "--"
          if word.start_with?("--") then long(word, words)
          elsif word.start_with?("-") && word.size > 1 then short(word, words)
          else rest << word
          end
        end
        rest
      end

      def spelled(row)
        row["name"].gsub("_", "-")
      end

      def long(word, words)
        name, value = word[2..-1].split("=", 2)
        name = name.gsub("_", "-")
        row = rows.find { |each| spelled(each) == name }
        return own(row, "--" + name, value, words) if row
        row = rows.find { |each| each["type"] == "bool" && "no-" + spelled(each) == name }
        return switch(row, "--" + name, value, false) if row
        standard = STANDARD.find { |each| each[0] == name }
        raise unknown("--" + name) unless standard
        take_standard(standard, "--" + name, value, words)
      end

      def short(word, words)
        row = rows.find { |each| each["short"] == word[1] }
        value = word.size > 2 ? word[2..-1] : nil
        value = value[1..-1] if value && value[0] == "="
        return own(row, word[0, 2], value, words) if row
        standard = STANDARD.find { |each| each[1] == word[1] }
        raise unknown(word) unless standard
        take_standard(standard, word[0, 2], value, words)
      end

      def own(row, name, value, words)
        return switch(row, name, value, true) if row["type"] == "bool"
        set(row, name, needed(name, value, words, METAVARS[row["type"]] || "N"))
      end

      def switch(row, name, value, on)
        raise Failure.with("`#{name}` takes no value", "", 2) if value
        set(row, name, on)
      end

      def needed(name, value, words, metavar)
        value ||= words.shift
        raise Failure.with("`#{name}` needs a value: #{name} #{metavar}", "", 2) unless value
        value
      end

      def take_standard(row, name, value, words)
        if SELECTING.include?(row[0])
          raise Failure.with("`#{name}`: what this tool looks at is of no process", "--help lists its options", 2)
        end
        if row[2].empty?
          raise Failure.with("`#{name}` takes no value", "", 2) if value
          @given[row[0]] = true
        else
          @given[row[0]] = needed(name, value, words, row[2])
        end
      end

      def unknown(name)
        names = rows.map { |row| "--" + spelled(row) } + STANDARD.map { |row| "--" + row[0] }
        meant = names.find { |each| each.start_with?(name) }
        Failure.with("there is no option `#{name}`", meant ? "did you mean `#{meant}`?" : "--help lists them", 2)
      end

      def set(row, name, text)
        value = parsed(name, row["type"], fitting(row, text))
        begin
          Rucy.set_global(row["symbol"], value)
        rescue ArgumentError, RangeError
          raise Failure.with("`#{name}` takes #{wanted(row['type'])}; not `#{text}`", "", 2)
        end
        Rucy.set_global(row["given"], true_for(row["given"])) unless row["given"].empty?
        @values[row["name"]] = FORMS[row["type"]] ? Rucy.global(row["symbol"]) : value # as records show it
      rescue ArgumentError
        raise Failure.with("`#{name}` takes #{wanted(row['type'])}; not `#{text}`", "", 2)
      end

      def true_for(symbol)
        Rucy.global(symbol) == false ? true : 1
      end

      # What counts of it.
      def fitting(row, text) = row["most"] ? text.byteslice(0, row["most"]) : text

      def parsed(name, type, text)
        return text if type == "bool" || FORMS[type]
        if type == "string"
          raise Failure.with("`#{name}` takes at most 63 bytes of text; this has #{text.bytesize}", "", 2) if text.bytesize >= 64
          return text
        end
        raise ArgumentError unless text == text.strip && !text.empty?
        digits = text[0] == "-" || text[0] == "+" ? text[1..-1] : text
        raise ArgumentError unless digits[0] && "0123456789".include?(digits[0])
        digits.bytes.all? { |byte| byte.between?(48, 57) } ? Integer(text, 10) : Integer(text)
      end

      def wanted(type)
        return FORMS[type] if FORMS[type]
        bits = type[1..-1].to_i
        low, high = type[0] == "i" ? [-(1 << bits - 1), (1 << bits - 1) - 1] : [0, (1 << bits) - 1]
        "a number from #{low} to #{high}"
      end

      def check_standard
        @given["duration"] = seconds("duration") { |number| number >= 0 && number < 1e18 }
        @given["interval"] = seconds("interval") { |number| number >= 0.01 && number < 1e18 }
        count = @given["top"]
        @given["top"] = count && count.bytes.all? { |byte| byte.between?(48, 57) } ? count.to_i : nil
        raise Failure.with("`--top` takes a number from 1 on; not `#{count}`", "", 2) if count && @given["top"].to_i < 1
        mode = @given["mode"]
        return if [nil, "native", "generic"].include?(mode)
        raise Failure.with("`--mode` is one of native, generic; not `#{mode}`", "", 2)
      end

      def seconds(name)
        text = @given[name]
        number = text && Float(text) rescue -1
        raise Failure.with("`--#{name}` takes seconds, such as 10 or 0.5; not `#{text}`", "", 2) unless number.nil? || yield(number)
        number
      end

      def show_version
        Rucy.write("#{Rucy.name} (rucy #{Rucy.meta['rucy']})\n")
        nil
      end

      def show_help
        lines = ["Usage: #{Rucy.name} [OPTIONS]"]
        about = Rucy.meta["about"].to_s
        lines += ["", about.rstrip] unless about.empty?
        lines += ["", "Options:"]
        rows.each { |row| lines << own_line(row) }
        taken = rows.map { |row| spelled(row) }
        letters = rows.map { |row| row["short"] }
        STANDARD.each do |name, letter, metavar, what|
          next if taken.include?(name) || !of_use?(name)
          shown = (letter && !letters.include?(letter) ? "-#{letter}, " : "") + "--#{name} #{metavar}".strip
          lines << line(shown, what)
        end
        Rucy.write(lines.join("\n") + "\n")
        nil
      end

      # Places are asked for only where a probe attaches to one.
      def of_use?(name)
        needs = Rucy.notes.fetch("probes", []).map { |probe| probe["needs"] }
        case name
        when "cgroup", "interface" then needs.include?(name)
        when "mode" then Rucy.notes["probes"].any? { |probe| probe["link"] == "xdp" }
        when "interval" then !Rucy.quiet? || Rucy.payload("program").include?("top")
        when *SELECTING then !Rucy.payload("selecting").nil?
        else true
        end
      end

      def own_line(row)
        name = "--" + spelled(row)
        name = "--[no-]" + spelled(row) if row["default"] == true
        shown = (row["short"].to_s.empty? ? "" : "-#{row['short']}, ") + "#{name} #{METAVARS[row['type']] || 'N'}".strip
        default = row["default"]
        what = row["desc"].to_s
        what += " (default: #{default == true ? 'on' : default})" unless default.nil? || default == false
        line(shown, what.strip)
      end

      def line(shown, what)
        "  #{shown.ljust(22)} #{what}".rstrip
      end
    end
  end
end
