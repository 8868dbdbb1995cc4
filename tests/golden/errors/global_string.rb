license "GPL"
$who = "ssh"
$n = 0
socket_filter do |s|
  $who = 5  # error: [variable-types]
  $who += "x"  # error: [global-update-type]
  $n = "ssh"  # error: [variable-types]
  1
end
