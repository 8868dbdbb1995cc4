lsm("file_open") { |file| 0 }  # error: [unsupported-hook] `lsm`
