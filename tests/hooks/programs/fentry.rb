license "GPL"

$me = 0

fentry "tcp_v4_connect" do |sk, addr, length|
  if pid == $me
    printk "connect family %d length %d protocol %d", sk.__sk_common.skc_family, length, sk.sk_protocol
    printk "to family %d loopback %d", addr.sa_family, sk.__sk_common.skc_net.net.loopback_dev.ifindex
  end
end

fentry "__x64_sys_getpgid" do |regs|
  printk "getpgid of %d", regs.di if pid == $me
end
