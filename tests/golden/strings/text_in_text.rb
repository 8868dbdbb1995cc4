# A string that is known only when the program runs is looked for in another: at each of eight places at once.
license "GPL"
NAME = option :name, :string, default: "sh"
$found = false
raw_tracepoint "sys_enter" do |regs, id|
  $found = "a word".include?(comm)
  $found = true if comm.start_with?(NAME)
end
