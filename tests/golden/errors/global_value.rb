license "GPL"
$list = [1, 2]  # error: [global-type]
socket_filter { |s| $list == s.len ? 1 : 0 }
