# Events whose class is another on other kernels: the object asks which there is.
license "GPL"

$me = 0
$bytes = 0

tracepoint "sched:sched_process_exit" do |event|
  printk "%d %s ends", event.pid, event.comm if pid == $me
end

tracepoint "kmem:kmalloc" do |event|
  $bytes += event.bytes_req if pid == $me
end

tracepoint "tcp:tcp_retransmit_skb" do |event|
  printk "%d", event.sport
end
