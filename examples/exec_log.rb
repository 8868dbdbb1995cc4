# Every program that starts, and at the end how many each command has started.
#
#   rucy run exec_log.rb
#   rucy run exec_log.rb --json

license "GPL"

class Exec
  attr :pid,  :u32
  attr :uid,  :u32
  attr :comm, [:char, 16]
  attr :path, [:char, 64]
end

EXECS   = ringbuf Exec
STARTED = hash default: 0

tracepoint "sched:sched_process_exec" do |event|
  EXECS << Exec.new(pid: pid, uid: uid, comm: comm, path: event.filename)
  STARTED[comm] += 1
end
