section! "cgroup/dev"
class Context
  attr :access_type, :u64
  attr :major, :u32
end
def prog(ctx)
  ctx.major == 1 ? 0 : 1
end
