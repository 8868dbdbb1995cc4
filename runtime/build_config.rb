# How mruby is built: the parts that a command-line tool in Ruby wants. Read by mruby's own rake; RUCY_ZIG is the compiler,
# RUCY_ARCH the machine. `host` makes mrbc, which compiles the runtime's Ruby library.
GEMS = %w[
  array-ext bigint catch class-ext compar-ext compiler data dir enum-chain enum-ext enum-lazy enumerator errno error fiber
  hash-ext io kernel-ext math metaprog method numeric-ext object-ext pack print proc-ext random range-ext set sprintf
  string-ext struct symbol-ext time toplevel-ext
]

# Only what the Ruby language and libc say is assumed of memory: see -fno-strict-aliasing in build.py.
def with_zig(conf, target)
  zig = ENV.fetch("RUCY_ZIG")
  conf.toolchain :clang
  conf.cc.command = "#{zig} cc"
  conf.cc.flags = %W[-target #{target} -std=gnu11] + ENV.fetch("RUCY_CFLAGS").split
  conf.cc.defines = ENV.fetch("RUCY_DEFINES").split
  conf.linker.command = "#{zig} cc"
  conf.linker.flags = %W[-target #{target} -static]
  conf.archiver.command = "#{zig} ar"
end

MRuby::Build.new("host") do |conf|
  with_zig(conf, "#{ENV.fetch('RUCY_HOST')}-linux-musl")
  conf.build_mrbc_exec
  conf.disable_libmruby
  conf.disable_presym
end

MRuby::CrossBuild.new("target") do |conf|
  with_zig(conf, "#{ENV.fetch('RUCY_ARCH')}-linux-musl")
  GEMS.each { |name| conf.gem core: "mruby-#{name}" }
end
