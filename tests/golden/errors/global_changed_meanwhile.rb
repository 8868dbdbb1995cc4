license "GPL"
$g = 0
$h = 0

def bump
  $g += 5
  7
end

def through(x = bump)
  x
end

syscall_return "getpid" do |ret|
  $g += bump  # error: [global-changed-meanwhile]
  $g -= ret + through  # error: [global-changed-meanwhile]
  $g += ($g = 3)  # error: [global-changed-meanwhile]
  $g |= ($g += 3)  # error: [global-changed-meanwhile]
  $h += bump
  n = bump; $g += n
end
