# A pattern is one program, on every function that the running kernel has.
license "GPL"

$me = 0
$wide = 0

kprobe "__x64_sys_getpgi?" do |regs|
  printk "enter %d", regs.di if pid == $me
end

kretprobe "__x64_sys_getpg*", name: :leaves do |result|
  printk "leave %d", result if pid == $me
end

kprobe "vfs_re*" do
  $wide += 1 if pid == $me
end
