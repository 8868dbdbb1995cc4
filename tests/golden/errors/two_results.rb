license "GPL"
def both
  return pid, uid  # error: [multiple-values]
end
kprobe("tcp_connect") { |sk| both }
