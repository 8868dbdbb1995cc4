require "optparse" # error: [user-library] `optparse`
require "open3" # error: [user-library] `open3`
require "no/such/library" # error: [user-library]
require "set"
license "GPL"

class Call
  attr :who,  :u64
  attr :comm, [:char, 16]
end

CALLS = ringbuf Call

syscall "getpgid" do |who|
  CALLS << Call.new(who: who, comm: comm)
end

fork { } # error: [user-name] `fork`
value = eval("1 + 1") # error: [user-name] `eval`
thread = Thread.new { puts "busy" } # error: [user-constant] `Thread`
out = Open3.capture2("ls") # error: [user-constant] `Open3`
Process.kill(9, 1) # error: [user-method] `Process` of the user half has no method `kill`
Process.spawn("ls") # error: [user-method] `spawn`
Fiber.scheduler # error: [user-method] `Fiber` of the user half has no method `scheduler`
puts Process::WNOHANG # error: [user-constant] `WNOHANG`
puts DATA.read # error: [user-constant] `DATA`
begin
  puts Integer(ARGV[0])
rescue ArgumentError
  puts $!.message # error: [user-global] `$!`
  puts $PROGRAM_NAME # error: [user-global]
end

CALLS.each do |call|
  next if call.comm =~ /^ssh[0-9]+/ # error: [user-regexp]
  next if call.comm =~ "ssh" # error: [user-method] `=~`
  puts $1, $~ # error: [user-global] `$1` # error: [user-global] `$~`
  puts call.comm.unicode_normalize # error: [user-method] `unicode_normalize`
end
