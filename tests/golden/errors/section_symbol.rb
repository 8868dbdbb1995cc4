section! :xdp  # error: [section-text]
def prog(ctx)
  return 1
end
