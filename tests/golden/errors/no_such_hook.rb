license "GPL"

require "json"

tc do |packet|                       # error: [unknown-hook]
  :ok
end

sysenter "openat" do |fd|            # error: [unknown-hook]
  puts fd
end

on "sched:sched_process_exec" do     # error: [unknown-hook]
  puts comm
end

at_exit { puts "bye" }
loop do
  break
end

xdp { :pass }
