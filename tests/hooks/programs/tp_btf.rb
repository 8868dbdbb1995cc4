license "GPL"

$me = 0

tp_btf "sched_process_fork" do |parent, child|
  if parent.tgid == $me
    printk "fork %d of %d, %s", child.pid, parent.real_parent.tgid, str(parent.comm, 16)
  end
end
