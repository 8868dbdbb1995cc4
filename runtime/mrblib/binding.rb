# The object: opened, its programs given their types, its options and constants set, loaded, attached and detached.

module Rucy
  module Binding
    PINS = "/sys/fs/bpf"
    KERNEL_TYPES = "/sys/kernel/btf/vmlinux"
    CHECKED = %w[trace tp_btf lsm] # links whose programs the verifier checks against what they attach to
    KPROBE_MULTI = 42 # BPF_TRACE_KPROBE_MULTI
    CGROUP2_MAGIC = 0x63677270
    EACH_LOOK = 1.0 # seconds
    # what a program's `needs` is, in words, and the option that says which
    PLACES = { "cgroup" => ["a cgroup", "--cgroup PATH"], "interface" => ["a network interface", "--interface IF"] }

    @links = {}
    @left_out = {}
    @places = [] # of each link: [name of its probe, what that needs, the place's name, its number, the link]
    @next_look = nil

    class << self
      attr_reader :links

      def probes = Rucy.notes.fetch("probes", [])

      # btf: path of the types of a kernel that does not tell its own; those in the tool are taken where it is not given
      def open(btf)
        btf ||= Rucy.btf_in_tool unless File.exist?(KERNEL_TYPES)
        error = Rucy.open_object(Rucy.payload(Rucy.object_part), btf)
        raise Failure.with("the BPF object in it cannot be read: #{Rucy.error_text(error)}", "", 70) if error < 0
      end

      # Once: what has been set until now is what the programs see.
      def load
        return if @loaded
        raise @failure if @failure
        load_once
        @loaded = true
        Map.name_all
      rescue Failure => e
        @failure = e
        raise e
      end

      def load_once
        set_constants
        set_sizes
        probes.each { |probe| set_type(probe) }
        pin_maps
        choose
        Rucy.said
        write_logs if Options.standard("verifier-log")
        error = Rucy.load_object
        raise Failures.loading(error, Rucy.said) if error < 0
      end

      def loaded? = @loaded

      # Before anything is loaded: whatever attaches by itself has been told where.
      def require_places
        probes.each do |probe|
          what = PLACES[probe["needs"]]
          needed(probe, Options.standard(probe["needs"]), *what) if probe["attach"] && what
        end
      end

      def attach_all
        probes.each { |probe| attach_probe(probe) if probe["attach"] }
        return if !@links.empty? || (Rucy.quiet? && probes.none? { |probe| probe["attach"] }) # the user half may attach them
        raise Failure.with("no program of `#{Rucy.file}` attaches", "each is optional and left out, has `attach: false`, or is only run")
      end

      # Newest first.
      def detach_all
        @links.keys.reverse.each { |name| @links.delete(name).each { |link| link.detach } }
      end

      def attach_named(name, places)
        load
        named(name).each { |probe| attach_probe(probe, places) }
        nil
      end

      def detach_named(name)
        named(name).each { |probe| let_go(probe["name"]) }
        nil
      end

      # When to look again whether the cgroups and interfaces are still there; nil: there are none. The kernel detaches from
      # what goes, and says nothing.
      attr_reader :next_look

      def look
        return unless @next_look && Rucy.now >= @next_look
        @next_look = Rucy.now + EACH_LOOK
        @places.dup.each do |name, kind, where, place, link|
          next if kind == "cgroup" ? File.directory?(where) : Rucy.interface_index(where) == place
          let_go(name, [link])
          text = "the #{kind == 'cgroup' ? 'cgroup' : 'network interface'} `#{where}` is gone, and `#{name}` is no longer attached"
          raise Failure.with(text) if @links.empty?
          Rucy.tell(text)
        end
      end

      private

      def write_logs
        Rucy.flush
        Rucy.write_logs(Rucy.name)
      end

      def named(name)
        group = probes.select { |probe| probe["name"] == name || probe["group"] == name }
        raise ArgumentError, "there is no probe `#{name}`" if group.empty?
        group
      end

      def let_go(name, links = @links[name] || [])
        @places.reject! { |place| links.include?(place[4]) }
        left = (@links.delete(name) || []) - links
        @links[name] = left unless left.empty?
        links.each { |link| link.detach }
      end

      def watch(probe, where, place, link)
        @places << [probe["name"], probe["needs"], where, place, link]
        @next_look ||= Rucy.now + EACH_LOOK
      end

      def set_constants
        Rucy.notes.fetch("constants", []).each do |row|
          unless Object.const_defined?(row["name"])
            raise Failure.with("#{Rucy.file}:#{row['line']}: `#{row['name']}` has no value yet when the programs are loaded")
          end
          value = Object.const_get(row["name"])
          raise Failure.with("#{Rucy.file}:#{row['line']}: `#{row['name']}` is nil, and the programs use it") if value.nil?
          Rucy.set_global(row["symbol"], value)
        end
      end

      # Maps whose size an option says; a ring takes a power of two of whole pages.
      def set_sizes
        Rucy.notes.fetch("maps", []).each do |row|
          option = row["size"] && Options.rows.find { |each| each["symbol"] == row["size"] }
          next unless option
          size = Options.value(option["name"])
          next unless size
          raise Failure.with("a map cannot have #{size} entries (`#{row['name']}`)", "", 2) unless size.between?(1, 1 << 31)
          place = Store.open(row["name"])
          if [27, 31].include?(place.type_number)
            room = 4096
            room *= 2 while room < size
            size = room
          end
          place.max_entries = size
        end
      end

      def pin_maps
        Rucy.notes.fetch("maps", []).each do |row|
          Store.open(row["name"]).pin_path = "#{PINS}/#{row['pin']}" unless row["pin"].to_s.empty?
        end
      end

      def set_type(probe)
        target = CHECKED.include?(probe["link"]) ? probe["target"] : nil
        attach_type = probe["attach_type"]
        attach_type = KPROBE_MULTI if pattern?(probe) && Patterns.at_once?
        error = Rucy.set_program(probe["name"], probe["prog_type"], attach_type, target, probe["sleepable"])
        return if error == 0
        failure = Failures.missing_target(error, probe["name"], target)
        raise failure unless probe["optional"] || choice?(probe)
        leave_out(probe, choice?(probe) ? nil : failure)
      end

      def pattern?(probe)
        %w[kprobe kretprobe].include?(probe["link"]) && (probe["target"].include?("*") || probe["target"].include?("?"))
      end

      def choice?(probe) = probe["choice"] && probe["choice"] != 0

      def leave_out(probe, failure)
        @left_out[probe["name"]] = true
        Rucy.leave_out(probe["name"])
        Rucy.tell("`#{probe['name']}` is left out: #{failure.message}") if failure
      end

      # Of the candidates of a `first_of` all but the first that the kernel has.
      def choose
        groups = {}
        probes.each { |probe| (groups[[probe["line"], probe["choice"]]] ||= []) << probe if choice?(probe) }
        groups.each_value do |all|
          taken = all.find { |probe| there?(probe) }
          if taken.nil? && !all[0]["optional"]
            raise Failure.with("this kernel has none of #{all.map { |probe| "`#{probe['target']}`" }.join(', ')}", "", 77)
          end
          all.each { |probe| leave_out(probe, nil) unless probe.equal?(taken) }
        end
      end

      def there?(probe)
        target = probe["target"]
        case probe["link"]
        when "kprobe", "kretprobe" then function?(target)
        when "tracepoint" then File.directory?("#{Tracefs.root}/events/#{target.sub(':', '/')}")
        when "raw_tracepoint"
          events = "#{Tracefs.root}/events"
          Dir.entries(events).any? { |group| File.directory?("#{events}/#{group}/#{target}") }
        else !@left_out[probe["name"]]
        end
      end

      def function?(name)
        symbols = File.open("/proc/kallsyms") { |file| file.read }
        plain = name.split("+")[0]
        %w[t T w W].any? { |kind| symbols.include?(" #{kind} #{plain}\n") || symbols.include?(" #{kind} #{plain}\t") }
      end

      # ---- attaching

      def attach_probe(probe, places = {})
        return unless Rucy.loaded?(probe["name"])
        target = probe["link"] == "xdp" ? Options.standard("mode").to_s : probe["target"].to_s
        return attach_each(probe) if pattern?(probe) && !Patterns.at_once?
        place, where = place_of(probe, places)
        Tracefs.root if probe["link"] == "tracepoint" # libbpf reads the event's number there
        Rucy.said
        link = Rucy.attach(probe["name"], probe["link"], target, place)
        Rucy.close_number(place) if probe["needs"] == "cgroup"
        if link.is_a?(Integer)
          failure = Failures.attaching(-link, probe, where)
          raise failure unless probe["optional"] && failure.status == 77
          return leave_out_attached(probe, failure)
        end
        (@links[probe["name"]] ||= []) << link
        watch(probe, where, place, link) if probe["needs"]
        Rucy.tell("#{probe['name']} on #{where}") unless Rucy.quiet?
      end

      # A kprobe on each function of a pattern, where the kernel cannot have one for all.
      def attach_each(probe)
        names = Patterns.functions(probe["target"])
        links = names.map { |name| Rucy.attach(probe["name"], probe["link"], name, 0) }
        made = links.reject { |link| link.is_a?(Integer) }
        Rucy.said
        if made.empty?
          raise Failures.attaching(-links[0], probe, probe["target"]) if links[0]
          raise Failure.with("this kernel has no function that matches `#{probe['target']}`", "", 77)
        end
        @links[probe["name"]] = (@links[probe["name"]] || []) + made
        Rucy.tell("#{probe['name']} on #{made.size} functions `#{probe['target']}`") unless Rucy.quiet?
      end

      def leave_out_attached(probe, failure)
        Rucy.tell("`#{probe['name']}` is left out: #{failure.message}")
      end

      # What to give for the place, and how it is called.
      def place_of(probe, places)
        case probe["needs"]
        when "cgroup" then cgroup(probe, places[:cgroup] || Options.standard("cgroup"))
        when "interface" then interface(probe, places[:interface] || Options.standard("interface"))
        else [0, probe["target"]]
        end
      end

      def needed(probe, value, what, option)
        return value if value
        kind = probe["hook"].to_s.empty? ? probe["name"] : probe["hook"]
        option = "`attach :#{probe['name']}, #{probe['needs']}: …`, or #{option}" unless probe["attach"]
        raise Failure.with("#{Rucy.file}:#{probe['line']}: `#{kind}` attaches to #{what}, so name one: #{option}", "", 2)
      end

      def cgroup(probe, path)
        needed(probe, path, *PLACES["cgroup"])
        number = Rucy.open_path(path, 0o200000) # O_DIRECTORY
        number = Rucy.open_path(path, 0o40000) if number == -20 # the same on aarch64
        raise Failure.with("the cgroup `#{path}` cannot be opened: #{Rucy.error_text(number)}", Failures.cgroup_help) if number < 0
        return [number, path] if Rucy.file_system(number) == CGROUP2_MAGIC
        raise Failure.with("`#{path}` is not a directory of cgroup2", Failures.cgroup_help)
      end

      def interface(probe, name)
        needed(probe, name, *PLACES["interface"])
        index = Rucy.interface_index(name)
        return [index, name] if index > 0
        raise Failure.with("there is no network interface `#{name}`", "there are: #{Rucy.interfaces.join(', ')}")
      end
    end
  end
end
