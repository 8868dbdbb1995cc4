license "GPL"
fentry("tcp_connect") { |sk, other| 0 }  # error: [too-many-parameters]
