# Which process started the one that connects, and by which protocol: fields whose places differ between kernels.
#
#   rucy run tcp_parent.rb

license "GPL"

kprobe "tcp_connect" do |sk|
  printk "%d parent %d protocol %d", pid, current_task.real_parent.tgid, sk.sk_protocol
end
