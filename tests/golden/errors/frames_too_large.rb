license "GPL"
$n = 0
def inner(a)
  s = str(a, 200)
  u = str(a + 1, 40)
  $n += s.size + u.size * 3
  s == u ? 3 : s.size * 2
end
def outer(a)
  s = str(a, 180)
  $n += s.size
  inner(a) + inner(a + 8) + s.size
end
kprobe "tcp_connect" do |sk|  # error: [frames-too-large]
  x = str(current_task, 100)
  $n = outer(5) + outer(7) + x.size
  $n = outer(5) + outer(7) + x.size
end
