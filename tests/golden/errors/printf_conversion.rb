license "GPL"
syscall "getpid" do
  printf "%y\n", pid  # error: [format-unknown] `%y`
  printf "%*d\n", pid, 5  # error: [format-count]
  printf "%ld\n", pid  # error: [format-unknown] `%ld`
  printf "%e\n", pid  # error: [format-unknown] `%e`
  printf "%<n>d\n", pid  # error: [format-unknown]
  printf "%d 100%", pid  # error: [format-unknown]
end
