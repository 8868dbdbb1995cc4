license "GPL"

$me = 0

raw_tracepoint "sys_enter" do |regs, number|
  if pid == $me && number == 121
    printk "getpgid of %d", regs.di
  end
end
