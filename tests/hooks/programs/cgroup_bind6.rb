# Port 7 is refused; others are left alone, those below 1024 without asking for the capability.
license "GPL"

cgroup_bind6 do |sock|
  port = ntohs(sock.user_port)
  printk "bind %d", port
  if port == 7
    false
  elsif port == 1111
    1
  else
    true
  end
end
