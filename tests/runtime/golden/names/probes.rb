# Names of probes, elements of classes, numbers that mruby has not.
license "GPL"

xdp(name: :door, attach: false) { |packet| :pass }
kprobe("vfs_read", "vfs_write", name: :files, attach: false) { |file| puts file != nil }

attach :door, interface: "lo"
attach :files
attach :files_vfs_read
detach "door"
attach :dor, interface: "lo"   # error: [user-probe] no probe `dor`
detach :other                  # error: [user-probe] no probe `other`
attach ARGV[0].to_s
p Hash[[[1, 2]]], Dir["/etc/*"] # error: [user-method] no method `[]`
p 2r                           # error: [user-number] a Rational
p 3i                           # error: [user-number] a Complex number
p Process::CLOCK_REALTIME, Process::CLOCK_FOO # error: [user-constant] CLOCK_FOO
abort "usage: #{$0}"           # error: [user-global] $0
