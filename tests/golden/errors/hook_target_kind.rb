license "GPL"
fentry(:tcp_connect) { |sk| 0 }  # error: [hook-target] literal string
