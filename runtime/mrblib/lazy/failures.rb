# What libbpf and the kernel gave back, in words: a Failure with a line, perhaps a help, and a status.

module Rucy
  module Failures
    NOT_ROOT = "run it as root (or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)"
    EPERM, ENOENT, ESRCH, E2BIG, ENOMEM, EBUSY, EINVAL, ENOSYS, EADDRNOTAVAIL = 1, 2, 3, 7, 12, 16, 22, 38, 99
    ENOTSUPP = 524 # the kernel's own
    EOPNOTSUPP = [95, ENOTSUPP]

    class << self
      def words(error) = "#{Rucy.error_text(error)} (#{Rucy.errno_name(error.abs) || error.abs})"

      def forbidden(what)
        return Failure.with("the kernel does not permit #{what}", NOT_ROOT, 77) unless all_rights?
        mode = lockdown
        why = mode.nil? || mode == "none" ? "its configuration does, or it is locked down" : "it is locked down (#{mode})"
        Failure.with("this kernel forbids #{what}", "#{why}; root alone is not enough here", 77)
      end

      # "none", "integrity" or "confidentiality"; nil where the kernel does not say.
      def lockdown
        found = Rucy.match("\\[([a-z]+)\\]", File.open("/sys/kernel/security/lockdown") { |file| file.read })
        found && found[1]
      rescue IOError, SystemCallError
        nil
      end

      # CAP_SYS_ADMIN and CAP_NET_ADMIN, which root may lack too: in a container, or by a service's CapabilityBoundingSet.
      def all_rights?
        line = File.open("/proc/self/status") { |file| file.read }.split("\n").find { |each| each.start_with?("CapEff:") }
        rights = line.to_s.split("\t")[1].to_s.to_i(16)
        rights[21] == 1 && rights[12] == 1
      rescue IOError, SystemCallError
        Rucy.user_id == 0
      end

      def missing_target(error, program, target)
        unless File.exist?(Binding::KERNEL_TYPES)
          help = "it needs CONFIG_DEBUG_INFO_BTF=y: the kernel itself checks `#{program}` against them, so --btf does not help"
          return Failure.with("this kernel does not tell its types (#{Binding::KERNEL_TYPES})", help, 77)
        end
        if [ENOENT, ESRCH].include?(error.abs)
          return Failure.with("this kernel has no `#{target}` that `#{program}` could attach to", "", 77)
        end
        Failure.with("`#{program}` cannot attach to `#{target}`: #{words(error)}", "", 77)
      end

      def loading(error, said)
        error = error.abs
        if (found = Rucy.match("prog '([^']*)': BPF program load failed", said)) then program_refused(error, found[1], said)
        elsif (found = Rucy.match("prog '([^']*)': failed to find kernel BTF type ID of '([^']*)'", said))
          missing_target(ENOENT, found[1], found[2])
        elsif (found = Rucy.match("couldn't reuse pinned map at '([^']*)'", said)) then pinned(found[1])
        elsif (found = Rucy.match("map '([^']*)': failed to auto-pin at '([^']*)'", said)) then unpinnable(error, found[1], found[2])
        elsif (found = Rucy.match("map '([^']*)': failed to create", said)) then map_refused(error, found[1])
        elsif said.include?("failed to open system Kconfig")
          help = "it is in /proc/config.gz (CONFIG_IKCONFIG_PROC=y) or /boot/config-RELEASE"
          Failure.with("this kernel does not show its configuration, which the program asks by `kconfig`", help, 77)
        elsif Rucy.match("kernel BTF is missing|failed to find valid kernel BTF", said) then no_types
        elsif said.include?("failed to parse target BTF") then bad_types(error)
        elsif (found = Rucy.match("extern (\\([^)]*\\) )?'([^']*)'.* not (found|resolved)", said))
          Failure.with("this kernel has no `#{found[2]}`, which the program uses", "", 77)
        elsif error == EPERM then forbidden("BPF objects")
        elsif error == ENOSYS then Failure.with("this kernel has no bpf(2)", "it needs CONFIG_BPF_SYSCALL=y", 77)
        else Failure.with("the programs cannot be loaded: #{words(error)}", said.split("\n").last.to_s)
        end
      end

      def no_types
        others = Rucy.meta.fetch("kernels", []).size
        help = others > 0 ? "the tool has those of #{others} other kernel#{'s' if others > 1}" : "`rucy build --btf-for DIR` puts them into the tool"
        Failure.with("this kernel does not tell its types (#{Binding::KERNEL_TYPES})", "name a file of them: --btf FILE; #{help}", 77)
      end

      # Of the file that `--btf` names.
      def bad_types(error)
        path = Rucy.btf_given
        return Failure.with("`#{path}` cannot be read: #{words(error)}") if error.between?(1, 133)
        Failure.with("`#{path}` holds no types of a kernel (BTF)", "it is the file /sys/kernel/btf/vmlinux of such a kernel")
      end

      def program_refused(error, name, said)
        log = log_of(name, said)
        if (found = Rucy.match("failed to find the address for kernel symbol '([[:alnum:]_]+)'", log))
          return Failure.with("this kernel does not tell where its variable `#{found[1]}` is", "it needs CONFIG_KALLSYMS_ALL=y", 77)
        end
        if lockdown == "confidentiality" && Rucy.match("(unknown func|cannot use helper) bpf_probe_read", log)
          return forbidden("programs that read its memory, as `#{name}` does")
        end
        said_more = log.split("\n").any? { |line| !Rucy.match("^$|^processed [0-9]+ insns|^verification time|^stack depth", line) }
        return Verifier.refusal(name, log) if said_more
        case error
        when EPERM then forbidden("the program `#{name}`")
        when E2BIG then Failure.with("the program `#{name}` has more instructions than this kernel takes")
        when EINVAL
          Failure.with("this kernel does not know the kind of program that `#{name}` is", "a newer kernel may have it", 77)
        when ENOTSUPP # of bpf_prog_select_runtime: the verifier took it
          help = "how far its jumps go decides that: a statement more or less in `#{name}` helps, or another kernel"
          Failure.with("this kernel's own compiler (JIT) fails on the program `#{name}`", help, 77)
        else Failure.with("the kernel refused `#{name}` without a log: #{words(error)}", "", 77)
        end
      end

      # The verifier's, from the lines that libbpf puts around it.
      def log_of(name, said)
        start = said.rindex("prog '#{name}': -- BEGIN PROG LOAD LOG --\n")
        return "" unless start
        start = said.index("\n", start) + 1
        said[start...(said.index("-- END PROG LOAD LOG --", start) || said.size)]
      end

      # What is pinned there is another map; what it is the kernel tells.
      def pinned(path)
        kind, key, value, entries = Rucy.pinned(path)
        more = kind ? " (it is of kind `#{kind}`: keys of #{key} bytes, values of #{value}, #{entries} entries)" : ""
        help = "remove it where nobody needs it: `rm #{path}`; or pin by another name"
        Failure.with("the map that is pinned as `#{path}` is of another shape#{more}", help)
      end

      def unpinnable(error, name, path)
        folder = path[0...path.rindex("/")]
        mounted = mounts.any? { |_, place, type| place == folder && type == "bpf" }
        why = mounted ? words(error) : "no BPF file system is mounted on #{folder}"
        Failure.with("the map `#{name}` cannot be pinned as `#{path}`: #{why}", mounted ? "" : "mount it: `mount -t bpf bpf #{folder}`")
      end

      # [device, place, type] of each.
      def mounts
        File.open("/proc/self/mounts") { |file| file.read }.split("\n").map { |line| line.split(" ") }
      rescue IOError, SystemCallError
        []
      end

      def map_refused(error, name)
        case error
        when EPERM then forbidden("the map `#{name}`")
        when EINVAL then Failure.with("this kernel does not take the map `#{name}` as it is declared", "", 77)
        when E2BIG, ENOMEM then Failure.with("the map `#{name}` is larger than the kernel can give", "declare it with a smaller size:")
        else Failure.with("the map `#{name}` cannot be created: #{words(error)}")
        end
      end

      def attaching(error, probe, where)
        name, target = probe["name"], probe["target"]
        return no_link(probe) if error == ENOSYS
        case probe["link"]
        when "kprobe", "kretprobe"
          unless File.exist?("/sys/bus/event_source/devices/kprobe/type")
            return Failure.with("this kernel has no kprobes", "it needs CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y", 77)
          end
          if [ENOENT, EADDRNOTAVAIL].include?(error)
            return Failure.with("this kernel has no function `#{target}` to put a kprobe on", "", 77)
          end
          if error == EINVAL
            return Failure.with("this kernel lets no kprobe be put on `#{target}`", "it is on the kernel's blacklist", 77)
          end
        when "tracepoint", "raw_tracepoint"
          return Failure.with("this kernel has no tracepoint `#{target.sub('/', ':')}`", "", 77) if error == ENOENT
        when "xdp"
          if EOPNOTSUPP.include?(error) && Options.standard("mode") != "generic"
            return Failure.with("the driver of `#{where}` does not run XDP", "generic mode runs everywhere", 77)
          end
        when "tc_ingress", "tc_egress", "tcx_ingress", "tcx_egress"
          if error == ENOENT || EOPNOTSUPP.include?(error)
            return Failure.with("this kernel has no clsact qdisc", "it needs sch_ingress and cls_bpf (modprobe them)", 77)
          end
        end
        return forbidden("attaching `#{name}` to #{where}") if error == EPERM
        return Failure.with("this kernel cannot attach `#{name}` to #{where}", "", 77) if EOPNOTSUPP.include?(error)
        return Failure.with("`#{name}` cannot attach to #{where}: another program is attached there already") if error == EBUSY
        Failure.with("`#{name}` cannot attach to #{where}: #{words(error)}")
      end

      # A kind of link that we do not make.
      def no_link(probe)
        name, kind = probe["name"], probe["section"].split("/")[0]
        if probe["link"] == "run"
          help = "`tool.test_run` of `rucy.load` in Python runs it"
          return Failure.with("`#{name}` cannot be attached: a program of the kind `#{kind}` is only run", help)
        end
        help = "`rucy object FILE.rb` makes an object for libbpf or bpftool, which may attach it"
        Failure.with("`#{name}` cannot be attached: Rucy attaches no programs of the kind `#{kind}`", help)
      end

      def cgroup_help
        found = mounts.find { |_, _, type| type == "cgroup2" }
        found ? "cgroup2 is mounted at #{found[1]}" : "cgroup2 is not mounted: mount -t cgroup2 none DIR"
      end
    end
  end
end
