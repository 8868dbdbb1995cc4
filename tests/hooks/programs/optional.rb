# What no kernel has, and what some have.
license "GPL"

$me = 0

fentry "no_such_function", optional: true do |it|
  printk "%d", it.pid
end

tp_btf "no_such_tracepoint", optional: true do |it|
  printk "%d", it.pid
end

raw_tracepoint "no_such_tracepoint", optional: true do |it|
  printk "%d", it
end

syscall "getpgid", optional: true do
  printk "here" if pid == $me
end
