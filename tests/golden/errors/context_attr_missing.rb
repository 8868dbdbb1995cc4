section! "cgroup/dev"
class Context
  attr :access_type, :u32
  attr :major, :u32
end
def prog(ctx)
  ctx.minor == 9 ? 0 : 1  # error: [no-context-field]
end
