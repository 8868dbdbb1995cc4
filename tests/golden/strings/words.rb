# A list of strings, by a counter and by an index; another list taken apart into arguments.
license "GPL"
SHELLS = %w[bash dash zsh]
$found = ""
raw_tracepoint "sys_enter" do |regs, id|
  $found = SHELLS.find { |word| comm.end_with?(word) } || "none"
  word = SHELLS[id]
  $found = word if word && !comm.start_with?(*SHELLS)
end
