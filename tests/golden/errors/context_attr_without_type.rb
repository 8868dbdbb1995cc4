section! "cgroup/dev"
class Context
  attr :access_type, :u32
  attr :major  # error: [attr-without-type]
end
def prog(ctx)
  ctx.major == 1 ? 0 : 1
end
