license "GPL"
class Node
  attr :key,  :u32
  attr :hits, :u16
end
class Kept
  attr :l, :spin_lock
  attr :n, :u32
end
POOL = arena(4)
MORE = arena(4)                                # error: [arena-two]
BIG = arena(1_000_000)                         # error: [map-size]
ODD = arena(:u64, 8)                           # error: [map-form]
TABLE = array(:u64, 8)
$node = nil
$other = nil                                   # error: [nil-global]
$x = 0
section! "syscall"
def make(ctx)
  POOL.alloc                                   # error: [wrong-arguments]
  POOL.alloc(:u64)                             # error: [arena-alloc]
  POOL.alloc(Kept)                             # error: [arena-alloc]
  POOL.alloc([:char, 16])                      # error: [arena-alloc]
  POOL.alloc(Node, $x)                         # error: [arena-alloc]
  POOL.alloc(Node, 100_000)                    # error: [arena-alloc]
  POOL[3]                                      # error: [no-map-method]
  POOL.free(3)                                 # error: [arena-free]
  $node = POOL.alloc(Node)
  $node.key = 3                                # error: [maybe-nil]
  POOL.free($node)                             # error: [maybe-nil]
  $x = POOL.alloc(Node)                        # error: [variable-types]
  if n = POOL.alloc(Node)
    n.hits += 1                                # error: [atomic-width]
    TABLE[1] = n                               # error: [stored-type]
  end
  $other ? 1 : 0
end
tp_btf "sys_enter" do |regs, id|
  $node = POOL.alloc(Node)                     # error: [needs-sleepable]
end
