license "GPL"
$who = "ssh"  # error: [global-type]
kprobe "tcp_connect" do |sk|
  printk "%d", pid if comm == $who
end
