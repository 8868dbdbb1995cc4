license "GPL"

$me = 0

kprobe "tcp_v4_connect" do |sk, addr, length|
  if pid == $me
    printk "connect family %d length %d protocol %d", sk.__sk_common.skc_family, length, sk.sk_protocol
  end
end

kprobe "__x64_sys_getpgid" do |regs|
  printk "getpgid of %d", regs.di if pid == $me
end
