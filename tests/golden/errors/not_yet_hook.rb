lsm("file_open") { |file| 0 }  # error: [not-yet] `lsm`
