license! "GPL"
section "cgroup/dev"  # error: [unknown-hook]
def prog(ctx)
  return 1
end
