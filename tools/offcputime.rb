# Where tasks wait: the time that each stack was off the CPU, in microseconds.
#
#   rucy run offcputime.rb --duration 10
#   rucy run offcputime.rb --pid 4711 --min 1000

license "GPL"

PID = option :pid, :u32, desc: "only this process"
MIN = option :min, :u64, default: 1, desc: "only waits that took this many microseconds"

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
