license! "GPL"
section! "cgruop/dev"  # error: [unknown-section] did you mean `cgroup/dev`
def prog(ctx)
  1
end
