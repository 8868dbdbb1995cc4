section! "cgroup/dev"
class First
  attr :access_type, :u32
end
class Second  # error: [two-contexts]
  attr :access_type, :u32
end
def prog(ctx)
  return 1
end
