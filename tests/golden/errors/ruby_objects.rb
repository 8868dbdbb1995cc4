license "GPL"

class Plain
  attr_accessor :pid
end

COUNTS = Hash.new(0)  # error: [user-space-name]
SEEN   = Set.new      # error: [user-space-name]
Dest   = Struct.new(:ip, :port)  # error: [user-space-name]
GUARD  = Mutex.new    # error: [user-space-name]
NAMES  = { 9 => "KILL" }  # error: [hash-literal]
$kinds = {}           # error: [global-type]
$list  = []           # error: [global-type]

syscall "kill" do |target, sig|
  COUNTS[pid] += 1
  SEEN << pid
  d = Dest.new(1, 2)
  GUARD.synchronize { puts 1 }
  puts NAMES[sig]
  $kinds[sig] = 1
  $list << sig
  puts Time.now, Process.pid, ENV["HOME"]  # error: [user-space-name] # error: [user-space-name] # error: [user-space-name]
  STDOUT.puts "x"     # error: [user-space-name]
  warn "x"            # error: [process]
  puts Plain.new      # error: [undefined-constant]
  puts ppid, SIGKIL   # error: [undefined-name] # error: [undefined-constant]
  puts [1, 2].inject { |a, b| a + b }  # error: [fold]
  puts comm + "x", comm.ljust(16), "%d" % pid  # error: [no-method] # error: [no-method] # error: [no-method]
  puts comm.split(","), 1e9  # error: [no-method] # error: [float]
  x = comm
  x[0] = "a"          # error: [no-assignment]
end
