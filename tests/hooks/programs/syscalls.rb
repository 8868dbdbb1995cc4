# One block, several targets; a method that both call knows which.
license "GPL"

$me = 0
$calls = 0

def tell(who)
  printk "%s %d", probe_name, who
end

syscall "getpgid", "getsid" do |who|
  if pid == $me
    $calls += 1
    tell(who)
  end
end

syscall_return "getsid", name: :after, attach: false do |result|
  tell(result)
end
