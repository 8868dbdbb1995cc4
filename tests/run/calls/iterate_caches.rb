# bpf_iter_kmem_cache may sleep, as the program may.
# $caches > 10
# $named > 0
license "GPL"
$caches = 0
$named = 0
section! "syscall"
def run(ctx)
  caches = 0
  named = 0
  bpf_iter_kmem_cache do |cache|
    caches += 1
    named += 1 if str(cache.name, 32) == "task_struct"
  end
  $caches = caches
  $named = named
  0
end
