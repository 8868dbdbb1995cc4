section! "cgroup/dev"
class Context
  attr :access_type, :u32
  attr :major, :word  # error: [attr-type]
  attr :minor, :u32
end
def prog(ctx)
  if ctx.minr == 9 && pid  # error: [no-context-field] # error: [integer-condition]
    return 2  # error: [result-range]
  end
  printk "%d", ctx.minor  # error: [helper-license]
  return 1
end
