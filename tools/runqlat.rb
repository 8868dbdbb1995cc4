# How long tasks wait in a run queue before they get a CPU, in microseconds.
#
#   rucy run runqlat.rb --duration 10
#   rucy run runqlat.rb --pid 4711 --interval 1

license "GPL"

TASK_RUNNING = 0

PID     = option :pid,      :u32, desc: "only this process"
SECONDS = option :interval, :u32, desc: "show it each time so many seconds have passed, and begin anew"

SINCE = hash(:u32 => :u64)                   # threads that wait, and since when
WAITS = histogram(:log2)

def runnable(task)
  SINCE[task.pid] = nsecs unless PID && PID != task.tgid
end

tp_btf "sched_wakeup", "sched_wakeup_new" do |task|
  runnable task
end

tp_btf "sched_switch" do |preempt, prev, task|
  state = field?(prev, :__state) ? prev.__state : prev.state    # renamed in Linux 5.14
  runnable prev if preempt || state == TASK_RUNNING            # it had to leave its CPU, and wants it back
  since = SINCE.delete(task.pid)
  WAITS << (nsecs - since) / 1000 if since
end

show = lambda do
  WAITS.print "microseconds"
  WAITS.clear
end

every(SECONDS) { show.call } if SECONDS
wait
show.call
