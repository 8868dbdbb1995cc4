# `TOOL --rucy-info [PART]`: what is inside.

module Rucy
  module Info
    PARTS = { "source" => "source", "object" => "object", "notes" => "notes" }

    def self.print(words)
      part = words && words[0]
      if part
        data = PARTS[part] && Rucy.payload(PARTS[part])
        raise Failure.with("--rucy-info takes #{PARTS.keys.join(', ')} or nothing; not `#{part}`", "", 2) unless data
        Rucy.write(data)
        return 0
      end
      meta = Rucy.meta
      lines = ["#{Rucy.name}: made of #{meta['file']} by rucy #{meta['rucy']} for #{meta['arch']}"]
      lines << "licence of the programs: #{meta['license']}" if meta["license"]
      kernels = meta.fetch("kernels", [])
      lines << "types of kernels without BTF: #{kernels.join(' ')}" unless kernels.empty?
      Rucy.notes.fetch("probes", []).each { |probe| lines << "line #{probe['line']}: #{probe['section']}" }
      lines << "`--rucy-info source` prints the source, `--rucy-info object` the BPF object"
      lines << "with mruby (MIT), libbpf (BSD-2-Clause), zlib (Zlib), liblzma (0BSD), musl (MIT), libc++abi (Apache-2.0 with " \
               "the LLVM exception) and libelf of elfutils (LGPL-3.0+ or GPL-2.0+)"
      Rucy.write(lines.join("\n") + "\n")
      0
    end
  end
end
