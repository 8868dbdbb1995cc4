license "GPL"
fentry("tcp_conect") { |sk| 0 }  # error: [no-function] did you mean `tcp_connect`
