license "GPL"

$me = 0

fexit "tcp_v4_connect" do |sk, addr, length, result|
  printk "connect of %d gave %d to port %d", length, result, ntohs(sk.__sk_common.skc_dport) if pid == $me
end

fexit "__x64_sys_getpgid" do |regs, result|
  printk "getpgid of %d gave %d", regs.di, result if pid == $me
end
