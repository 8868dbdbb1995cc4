license "GPL"

class Use
  attr :calls, :u64
  attr :guard, :spin_lock
  attr :least, :u32
end

USES = task_storage(Use)

tp_btf "sched_process_exit" do |task|
  next unless task
  USES[task] = Use.new(least: 9)
  use = USES[task]
  next unless use
  lock(use.guard) do
    use.calls += 1
    use.least = 5 if use.least > 5
  end
end
