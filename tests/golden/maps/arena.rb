# Pages that programs and user space share: allocated in one program, kept in a global, used in another.
license "GPL"
class Node
  attr :key,  :u32
  attr :hits, :u64

  def hit(id)
    self.key = id
    self.hits += 1
  end
end
POOL = arena(64)
$nodes = nil
section! "syscall"
def make(ctx)
  $nodes = POOL.alloc(Node, 100) unless $nodes
  0
end
section! "syscall"
def drop(ctx)
  nodes = $nodes
  return 1 unless nodes
  $nodes = nil
  POOL.free(nodes)
  0
end
tp_btf "sys_enter" do |regs, id|
  next unless nodes = $nodes
  node = nodes[id]
  node.hit(id) if node
end
