license "GPL"
def pick(n)
  return "none" if n == 0
  n  # error: [return-types]
end
kprobe "tcp_connect" do |sk|
  a = uid
  a = "root"  # error: [variable-types]
  b = uid + comm  # error: [wrong-operand]
  c = 1 / 0  # error: [division-by-zero]
  d = 2 ** -1  # error: [negative-exponent]
  next if b
  printk "%s", pick(uid)
end
