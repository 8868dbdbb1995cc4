section! "cgroup/dev"
class Context
  attr :access_type, :u32
  attr :rest, [:u16, 4]
  attr :lock, :spin_lock  # error: [context-attr-type]
end
def prog(ctx)
  return 1
end
