# What libbpf and the kernel gave back, in words: a Failure with a line, perhaps a help, and a status.

module Rucy
  module Failures
    NOT_ROOT = "run it as root (or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)"
    EPERM, ENOENT, ESRCH, E2BIG, ENOMEM, EBUSY, EINVAL, EADDRNOTAVAIL = 1, 2, 3, 7, 12, 16, 22, 99
    EOPNOTSUPP = [95, 524] # the second is the kernel's own

    class << self
      def words(error) = "#{Rucy.error_text(error)} (#{Rucy.errno_name(error.abs) || error.abs})"

      def forbidden(what)
        return Failure.with("the kernel does not permit #{what}", NOT_ROOT, 77) unless Rucy.user_id == 0
        Failure.with("this kernel forbids #{what}", "its configuration does, or it is locked down; root alone is not enough here", 77)
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
        name = between(said, "prog '", "': BPF program load failed")
        return refusal(error, name, said) if name
        name = between(said, "map '", "': failed to create")
        return map_refused(error, name) if name
        path = between(said, "couldn't reuse pinned map at '", "'")
        return Failure.with("the map that is pinned as `#{path}` is of another shape", "remove it where nobody needs it: `rm #{path}`") if path
        if said.include?("kernel BTF is missing") || said.include?("failed to find valid kernel BTF")
          return no_types
        end
        return bad_types(error) if said.include?("failed to parse target BTF")
        return forbidden("BPF objects") if error == EPERM
        Failure.with("the programs cannot be loaded: #{words(error)}", said.split("\n").last.to_s)
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

      # The text before `after`, from the last `before` on; nil if they are not there.
      def between(text, before, after)
        stop = text.index(after)
        return nil if stop.nil? && after != "'"
        start = after == "'" ? text.index(before) : text.rindex(before, stop)
        return nil unless start
        start += before.size
        text[start...(after == "'" ? text.index(after, start) : stop)]
      end

      def refusal(error, name, said)
        log = between(said, "-- BEGIN PROG LOAD LOG --\n", "-- END PROG LOAD LOG --").to_s
        lines = log.split("\n").reject { |line| line.empty? || line.start_with?("processed ", "verification time", "stack depth") }
        if lines.empty?
          return forbidden("the program `#{name}`") if error == EPERM
          if error == EINVAL
            return Failure.with("this kernel does not know the kind of program that `#{name}` is", "a newer kernel may have it", 77)
          end
          return Failure.with("the kernel refused `#{name}` without a log: #{words(error)}", "", 77)
        end
        Failure.with("the kernel refused `#{name}`: #{lines.last}", "the verifier's last lines:\n    " + lines.last(8).join("\n    "))
      end

      def map_refused(error, name)
        case error
        when EPERM then forbidden("the map `#{name}`")
        when EINVAL then Failure.with("this kernel does not take the map `#{name}` as it is declared", "", 77)
        when E2BIG, ENOMEM then Failure.with("the map `#{name}` is larger than the kernel can give")
        else Failure.with("the map `#{name}` cannot be created: #{words(error)}")
        end
      end

      def attaching(error, probe, where)
        name, target = probe["name"], probe["target"]
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
          return Failure.with("this kernel has no tracepoint `#{target}`", "", 77) if error == ENOENT
        when "xdp"
          return Failure.with("the driver of `#{where}` does not run XDP", "generic mode runs everywhere", 77) if EOPNOTSUPP.include?(error)
        when "tc_ingress", "tc_egress"
          if error == ENOENT || EOPNOTSUPP.include?(error)
            return Failure.with("this kernel has no clsact qdisc", "it needs sch_ingress and cls_bpf (modprobe them)", 77)
          end
        end
        return forbidden("attaching `#{name}` to #{where}") if error == EPERM
        return Failure.with("this kernel cannot attach `#{name}` to #{where}", "", 77) if EOPNOTSUPP.include?(error)
        return Failure.with("`#{name}` cannot attach to #{where}: another program is attached there already") if error == EBUSY
        Failure.with("`#{name}` cannot attach to #{where}: #{words(error)}")
      end

      def cgroup_help
        line = File.open("/proc/self/mounts") { |file| file.read }.split("\n").find { |each| each.split(" ")[2] == "cgroup2" }
        line ? "cgroup2 is mounted at #{line.split(' ')[1]}" : "cgroup2 is not mounted: mount -t cgroup2 none DIR"
      rescue StandardError
        ""
      end
    end
  end
end
