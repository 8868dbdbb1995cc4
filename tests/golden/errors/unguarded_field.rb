# options: kernel=6.1
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", current_task.state)  # error: [unguarded-field] `state`
end
