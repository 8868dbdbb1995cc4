# bpf_iter_task_vma: the mappings of the running process, until the one that has an address of its code.
# $mappings > 5
# $ordered
# $heap > 0
license "GPL"
$mappings = 0
$ordered = false
$heap = 0
section! "syscall"
def run(ctx)
  count = 0
  last = 0
  ordered = true
  bpf_iter_task_vma(current_task, 0) do |vma|
    count += 1
    ordered = false if vma.vm_start < last
    last = vma.vm_end
    $heap = vma.vm_end - vma.vm_start if vma.vm_flags & 2 != 0
  end
  $mappings = count
  $ordered = ordered
  0
end
