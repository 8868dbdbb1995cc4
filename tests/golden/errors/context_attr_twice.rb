section! "cgroup/dev"
class Context
  attr :major, :u32
  attr :major, :u32  # error: [attr-twice]
end
def prog(ctx)
  ctx.major == 1 ? 0 : 1
end
