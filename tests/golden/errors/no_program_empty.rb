# nothing but a comment  # error: [no-program]
