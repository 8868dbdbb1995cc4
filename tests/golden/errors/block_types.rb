license "GPL"
def each_kind
  yield 1
  yield comm
end
def pick = 3.times { |i| return i if yield i }
kprobe "tcp_connect" do |sk|
  each_kind { |x| printk "%d", x }   # error: [format-type]
  each_kind { |x| printk "yes" if x.even? }   # error: [no-method]
  x = pick { |i| i }   # error: [integer-condition]
  y = pick { |i| break "none" if i == 2; i > pid }  # error: [branch-types]
end
