section! "xdp"
def prog(ctx) = 2
section! "xdp"
def prog(ctx) = 1  # error: [program-twice]
