license "GPL"
fentry { |sk| 0 }  # error: [hook-target] `fentry`
