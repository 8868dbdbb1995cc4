# options: kernel=5.10
license "GPL"
xdp do |pkt|
  :pass
end
$n = 0
syscall_return("getpid") { |ret| $n |= 1 }  # error: [too-new]
