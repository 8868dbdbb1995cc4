# Each firing puts 250 records into the ring. ARGV[0]: what fills the ring while nobody reads it, five times; then the records
# are taken, and how many there were is said, and the processor's seconds. Without it they are taken as they come.
license "GPL"

class Sample
  attr :at,     :u64
  attr :pid,    :u32
  attr :cpu,    :u32
  attr :number, :u64
  attr :comm,   [:char, 16]
end

WHO     = option :who, :u64, default: 0
ROOM    = option :room, :u64, default: 262_144
PRINT   = option :print, :bool
SAMPLES = ringbuf Sample, size: ROOM

syscall "getpgid" do |who|
  next if who != WHO
  250.times { |i| SAMPLES << Sample.new(at: nsecs, pid: pid, cpu: cpu, number: i, comm: comm) }
end

# Of this process, on a processor.
def seconds = File.open("/proc/self/schedstat") { |file| file.read }.split[0].to_i / 1e9

taken = 0
total = 0
if PRINT
  SAMPLES.on { |e| printf "%d %d %d %d %s\n", e.at, e.pid, e.cpu, e.number, e.comm }
elsif ARGV[0]
  SAMPLES.on { |e| total ^= e.at + e.pid + e.cpu + e.number + e.comm.size }
else
  SAMPLES.on do |e|
    total ^= e.at + e.pid + e.cpu + e.number + e.comm.size
    taken += 1
    warn taken if taken % 1_000_000 == 0
  end
end

poll 0
warn "attached"
if ARGV[0]
  5.times do
    system ARGV[0]
    began = seconds
    taken = 0
    while (some = poll(0)) > 0
      taken += some
    end
    $stdout.flush
    warn "#{taken} #{seconds - began}"
  end
else
  wait
  warn "taken #{taken}"
end
