license "GPL"
class Pair
  attr :a, :u33  # error: [attr-type]
end
class Other
  attr :a  # error: [attr-without-type]
end
class User
  attr :name, :size
end
syscall "getpid" do
  printk("%d %d", Pair.new(a: 1).a, Other.new(a: 1).a)
end
