license "GPL"
syscall "getpid" do
  printf "%d %d\n", pid  # error: [format-count]
  printf "%d%%\n", pid, tid  # error: [format-count]
end
