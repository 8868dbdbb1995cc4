section! "cgroup/dev"
section! "xdp"  # error: [section-twice]
def prog(ctx)
  return 1
end
