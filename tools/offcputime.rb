# Where tasks wait: the time that each stack was off the CPU, the longest last.
#
#   rucy run offcputime.rb --duration 10
#   rucy run offcputime.rb --pid 4711 --min 1000
#   rucy run offcputime.rb --folded > waits          # for flame graphs

license "GPL"

PID    = option :pid,    :u32, desc: "only this process"
MIN    = option :min,    :u64, default: 1, desc: "only waits that took this many microseconds"
TOP    = option :top,    :u32, default: 20, desc: "the stacks with the most time"
FOLDED = option :folded, :bool, desc: "a line for each stack: all its functions, and microseconds"

class Where
  attr :pid,    :u32
  attr :tid,    :u32
  attr :kernel, :i32                         # numbers in STACKS; negative: none
  attr :user,   :i32
  attr :comm,   [:char, 16]
end

class Leave
  attr :at,    :u64
  attr :where, Where
end

STACKS = stack_traces
LEFT   = hash(:u32 => Leave)
OFF    = hash(Where => :u64, default: 0)

tp_btf "sched_switch" do |preempt, prev, following|
  unless prev.pid == 0 || (PID && PID != prev.tgid)
    LEFT[prev.pid] = Leave.new(at: nsecs, where: Where.new(pid: prev.tgid, tid: prev.pid, kernel: kstack(STACKS), user: ustack(STACKS), comm: prev.comm))
  end
  left = LEFT[following.pid]
  next unless left
  us = (nsecs - left.at) / 1000
  OFF[left.where] += us if us >= MIN
  LEFT.delete(following.pid)
end

# A stack without the functions by which this program itself was called.
def without_us(frames) = frames.drop_while { |frame| frame.include?("bpf") || frame.include?("trace") }

wait
rows = OFF.sort_by { |_, us| us }.last(TOP).map do |where, us|
  kernel = without_us(symbolize(STACKS[where.kernel]))
  user = symbolize(STACKS[where.user], where.pid)
  { pid: where.pid, tid: where.tid, comm: where.comm, us: us, kernel: kernel, user: user }
end

if json?
  table rows
elsif FOLDED
  rows.each do |row|
    functions = (row[:kernel] + row[:user]).map { |frame| frame.split("+0x").first }
    puts "#{[row[:comm], *functions.reverse].join(";")} #{row[:us]}"
  end
else
  rows.each do |row|
    puts row[:kernel].map { |frame| "    #{frame}" }, "    --", row[:user].map { |frame| "    #{frame}" }
    puts "#{row[:comm]} (#{row[:tid]})  #{duration(row[:us] * 1000)}", ""
  end
end
