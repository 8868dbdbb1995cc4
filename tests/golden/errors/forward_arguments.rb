license "GPL"
def both(...) = send_signal(...)  # error: [forward-arguments] # error: [forward-arguments]
kprobe("tcp_connect") { |sk| both(9) }
