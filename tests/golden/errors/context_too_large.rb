license! "GPL"
section! "cgroup/dev"
class Context
  attr :access_type, :u32
  attr :major, :u64  # error: [context-too-large] `major`
  attr :minor, :u32
end
def prog(ctx)
  1
end
