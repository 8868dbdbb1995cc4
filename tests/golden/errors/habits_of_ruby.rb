license "GPL"
H = hash(:u32 => :string)  # error: [no-such-type]
G = hash("u32" => :u64)  # error: [no-such-type]
xdp do |packet|
  ip = packet.ipv4
  next :pass unless ip
  next :drop if ip.protocol == :tcp  # error: [unknown-result]
  next :drop if ip.ttl == 1 || 2  # error: [integer-condition]
  puts packet[0]  # error: [no-context-field]
  :pass
end
tracepoint "sched:sched_switch" do |event|
  puts event[:prev_pid]  # error: [no-context-field]
  puts 1 if event.prev_comm == "bash" || "zsh"  # error: [always-true]
  pids = [0] * 4  # error: [no-method]
  comm.each_char { |c| puts c }  # error: [no-method]
  3.each { |i| puts i }  # error: [no-method]
end
syscall "openat" do |dirfd|
  puts 1 if dirfd == :enoent  # error: [symbol]
end
