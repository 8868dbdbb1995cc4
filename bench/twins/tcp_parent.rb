license "GPL"

$parent = 0
$protocol = 0

kprobe "tcp_connect" do |sk|
  $parent = current_task.real_parent.tgid
  $protocol = sk.sk_protocol
end
