# `current_task` as an argument of helpers that take an object: its stack, its registers, the mapping of an address.
# $bytes > 0
# $first
# $found == 0
# $there
# $same == pid
# $registers
license "GPL"
class Stack
  attr :at, [:u64, 16]
end
$bytes = 0
$first = false
$found = -1
$there = false
$same = 0
$registers = false
section! "syscall"
def run(ctx)
  stack = Stack.new
  $bytes = get_task_stack(current_task, stack, 0)
  $first = stack.at[0] != 0
  $registers = task_pt_regs(current_task).sp > 0
  at = current_task.mm.arg_start
  $found = find_vma(current_task, at) do |task, vma|
    $there = vma.vm_start <= at && at < vma.vm_end
    $same = task.tgid
  end
  0
end
