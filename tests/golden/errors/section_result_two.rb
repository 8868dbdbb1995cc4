section! "cgroup/dev"
def prog(ctx)
  return 2  # error: [result-range]
end
