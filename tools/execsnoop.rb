# Every program that a process asks the kernel to run: who asks, its parent, the arguments, and what came of it.
#
#   rucy run execsnoop.rb
#   rucy run execsnoop.rb --uid 1000 --failed

license "GPL"

ARGS = 20                                    # of more, the first; argc is then 21

UID    = option :uid,    :u32,  desc: "only what this user starts"
FAILED = option :failed, :bool, desc: "also calls that failed"

class Arg
  attr :text, [:char, 64]
end

class Exec
  attr :pid,    :u32
  attr :ppid,   :u32
  attr :uid,    :u32
  attr :result, :i32
  attr :comm,   [:char, 16]
  attr :argc,   :u32
  attr :args,   [Arg, 20]
end

EXECS = ringbuf Exec
CALLS = hash(:u32 => Exec)

syscall "execve" do |path, argv|
  next if UID && UID != uid
  CALLS[tid] = Exec.new(pid: pid, ppid: current_task.real_parent.tgid, uid: uid, comm: comm)
  e = CALLS[tid]
  next unless e
  ARGS.times do |i|
    argument = argv[i]
    break unless argument
    e.args[i].text = ustr(argument, 64)
    e.argc += 1
  end
  e.argc += 1 if e.argc == ARGS && argv[ARGS]
end

syscall_return "execve" do |result|
  e = CALLS[tid]
  next unless e
  e.result = result
  EXECS << e if result == 0 || FAILED
  CALLS.delete(tid)
end

execs = columns pid: "%-7d", ppid: "%-7d", user: "%-10s", comm: "%-16s", result: "%-7s", args: "%s"
EXECS.each do |e|
  args = e.args.first([e.argc, ARGS].min).map { |arg| arg.text }
  args << "…" if e.argc > ARGS
  execs.row e.pid, e.ppid, user(e.uid), e.comm, e.result == 0 ? "ok" : errno(e.result), args
end
